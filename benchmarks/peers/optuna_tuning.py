# Optuna's samplers on the problems of benchmarks/tuning.cc; prints the same JSON lines. A seed is a process of one
# thread; --jobs of them run at the same time. Times are the processor's in ask,
# suggest and tell; the objective's is left out.
import argparse
import json
import math
import os
import sys
import time
import warnings
from multiprocessing import Pool

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import optuna  # noqa: E402
from tuning_problems import Key, tuning_problems  # noqa: E402

SAMPLERS = {
    "random": optuna.samplers.RandomSampler,
    "tpe": optuna.samplers.TPESampler,  # its defaults: multivariate, constant liar
    "gp": optuna.samplers.GPSampler,
}


def options():
    parser = argparse.ArgumentParser(description="Runs Optuna's samplers on tuning problems.")
    parser.add_argument("--tables", default="", help="folder of tables (NAME.json, NAME.f32)")
    parser.add_argument("--problems", default="", help="only these, comma-separated")
    parser.add_argument("--samplers", default="random,tpe,gp")
    parser.add_argument("--budgets", default="25,50,100,200", help="numbers of trials, ascending")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--kept", help="file of finished studies: adds to it, leaves out those that are there")
    parser.add_argument("--check", help="file with the output of `tuning --describe`: compare values, run nothing")
    o = parser.parse_args()
    o.budgets = [int(b) for b in o.budgets.split(",")]
    return o


def suggest(trial, space):
    x = []
    for name, kind, *limits in space:
        if kind == "choice":
            x.append(trial.suggest_categorical(name, list(range(limits[0]))))
        elif kind == "int":
            x.append(trial.suggest_int(name, *limits))
        else:
            x.append(trial.suggest_float(name, *limits, log=kind == "log"))
    return x


def study(task):
    problem, sampler, seed, budgets = task
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    if sampler == "gp":
        import torch

        torch.set_num_threads(1)
    run = optuna.create_study(sampler=SAMPLERS[sampler](seed=seed))
    key = Key(seed)
    incumbent, truth, seconds, truths, times = math.inf, math.inf, 0.0, [], []
    for number in range(budgets[-1]):
        start = time.process_time()
        trial = run.ask()
        x = suggest(trial, problem.space)
        seconds += time.process_time() - start
        value = problem.observed(x, key.with_part(1000).with_part(number))
        start = time.process_time()
        run.tell(trial, value)
        seconds += time.process_time() - start
        if value < incumbent:
            incumbent, truth = value, problem.truth(x)
        if number + 1 in budgets:
            truths.append(truth)
            times.append(seconds / (number + 1))
    return {"problem": problem.name, "sampler": f"optuna {sampler}", "seed": seed, "truth": truths, "seconds_per_trial": times}


def check(problems, file):
    """Every problem has the same values here as in the C++ program, or this raises."""
    for line in open(file):
        described = json.loads(line)
        problem = next(p for p in problems if p.name == described["problem"])
        for point in described["checks"]:
            key = Key(point["seed"]).with_part(1000).with_part(point["trial"])
            for ours, theirs in ((problem.truth(point["x"]), point["truth"]), (problem.observed(point["x"], key), point["observed"])):
                if not math.isclose(ours, theirs, rel_tol=1e-6, abs_tol=1e-9):
                    sys.exit(f"{problem.name} differs: {ours} here, {theirs} in C++, at {point['x']}")


def main():
    o = options()
    problems = tuning_problems(o.tables)
    if o.check:
        return check(problems, o.check)
    chosen = [p for p in problems if not o.problems or p.name in o.problems.split(",")]
    seeds = range(o.first_seed, o.first_seed + o.seeds)
    tasks = [(p, s, seed, o.budgets) for s in o.samplers.split(",") for seed in seeds for p in chosen]
    kept = read_kept(o.kept)
    tasks = [t for t in tasks if (t[0].name, f"optuna {t[1]}", t[2]) not in kept]
    print(f"optuna {optuna.__version__}: {len(tasks)} studies, {len(kept)} are there", flush=True)
    with Pool(o.jobs) as pool:
        for number, result in enumerate(pool.imap_unordered(study, tasks), 1):
            line = json.dumps(result)
            if o.kept:
                with open(o.kept, "a") as file:
                    file.write(line + "\n")
                line = f"{result['sampler']}, {result['problem']}: {number} of {len(tasks)} studies"
            print(line, flush=True)


def read_kept(file):
    if not file or not os.path.exists(file):
        return set()
    studies = [json.loads(line) for line in open(file)]
    return {(s["problem"], s["sampler"], s["seed"]) for s in studies}


if __name__ == "__main__":
    main()
