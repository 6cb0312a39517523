# What every peer prints: JSON lines, one with the versions and settings, then one for each epoch or pass. scripts/bench
# reads them. Start-up and reading of data are outside all times.
import json
import platform
import time


def say(**fields):
    print(json.dumps(fields), flush=True)


def describe(program, versions, settings):
    say(program=program, versions={"python": platform.python_version()} | versions, settings=settings)


def measure_passes(passes, images, run):
    """Calls run() `passes` times, each over so many images; prints the rate of each, the first as warm-up."""
    for number in range(passes):
        start = time.perf_counter()
        extra = run() or {}
        seconds = time.perf_counter() - start
        say(epoch=number + 1, warm_up=number == 0, images=images, seconds=seconds, images_per_second=images / seconds, **extra)
