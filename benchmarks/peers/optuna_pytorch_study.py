# The same search as `tailor tune --space small`, with Optuna and PyTorch: as a careful user would write it, with worker
# processes of one thread each on one database, Optuna's own successive halving, and PyTorch in its fastest form here
# (channels_last; bf16 autocast unless f32 is asked for). Ends when an epoch's validation accuracy reaches the target;
# prints the seconds.
import argparse
import json
import multiprocessing
import time
from types import SimpleNamespace

import fashion_mnist


def options():
    parser = argparse.ArgumentParser(description="Time until a validation accuracy is reached, with Optuna and PyTorch.")
    parser.add_argument("--storage", required=True, help="database, sqlite:///FILE")
    parser.add_argument("--target", type=float, required=True, help="validation accuracy, 0 to 1")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="bf16")
    parser.add_argument("--limit", type=float, default=3600, help="seconds")
    parser.add_argument("--data", default=fashion_mnist.PLACE)
    return parser.parse_args()


def set_dropout(network, rates):
    from torch import nn

    for module, rate in zip((m for m in network.modules() if isinstance(m, nn.Dropout)), rates):
        module.p = rate


def schedule_factor(kind, done):
    """`done`: share of the training, 0 to 1."""
    import math

    return {"constant": 1.0, "linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}[kind]


def work(o, worker, reached):
    import optuna
    import torch
    from torch.nn import functional as F

    import pytorch_training
    from torch_network import Network

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)
    plain = SimpleNamespace(flip=0, shift=0, erasing=0, erasing_area=0, precision=o.precision, channels_last=True, batch=128)
    tensors = lambda pair: (torch.from_numpy(pair[0]).unsqueeze(1), torch.from_numpy(pair[1]))  # noqa: E731
    images, labels = tensors(fashion_mnist.training_part(o.data, 40000))
    validation = tensors(fashion_mnist.validation_part(o.data, 20000))

    def objective(trial):
        # The untuned defaults come first, as they do in tailor.
        rate = trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True)
        batch = trial.suggest_categorical("batch_size", [32, 64, 128, 256])
        schedule = trial.suggest_categorical("schedule", ["constant", "linear", "cosine"])
        dropout = [trial.suggest_float(f"dropout_{i}", 0.0, 0.6) for i in (1, 2)]
        torch.manual_seed(o.seed * 10000 + trial.number)
        network = Network("mnist_cnn").to(memory_format=torch.channels_last)
        set_dropout(network, dropout)
        optimizer = torch.optim.Adam(network.parameters(), rate)
        steps = o.epochs * -(-len(images) // batch)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: schedule_factor(schedule, step / steps))
        accuracy = 0.0
        for epoch in range(1, o.epochs + 1):
            network.train()
            for chosen in torch.randperm(len(images)).split(batch):
                x = pytorch_training.prepare(images[chosen], plain)
                with torch.autocast("cpu", torch.bfloat16, enabled=o.precision == "bf16"):
                    loss = F.cross_entropy(network(x), labels[chosen])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                if reached.is_set():
                    trial.study.stop()
                    return accuracy
            accuracy = pytorch_training.predict(network, *validation, plain)["accuracy"]
            trial.report(accuracy, epoch)
            if accuracy >= o.target:
                reached.set()
            if reached.is_set():
                trial.study.stop()
                return accuracy
            if trial.should_prune():
                raise optuna.TrialPruned()
        return accuracy

    study = optuna.load_study(
        study_name="peer", storage=o.storage, sampler=optuna.samplers.TPESampler(seed=o.seed * 100 + worker),
        pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3))  # fmt: skip
    study.optimize(objective, timeout=o.limit)


def main():
    o = options()
    start = time.perf_counter()
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(study_name="peer", storage=o.storage, direction="maximize")
    study.enqueue_trial({"learning_rate": 1e-3, "batch_size": 128, "schedule": "constant", "dropout_1": 0.25, "dropout_2": 0.5})
    context = multiprocessing.get_context("spawn")
    reached = context.Event()
    workers = [context.Process(target=work, args=(o, i, reached)) for i in range(o.workers)]
    for worker in workers:
        worker.start()
    while not reached.wait(0.05) and any(worker.is_alive() for worker in workers):
        pass
    seconds = time.perf_counter() - start
    for worker in workers:
        worker.join()
    trials = optuna.load_study(study_name="peer", storage=o.storage).trials
    print(json.dumps({"seconds": seconds, "reached": reached.is_set(), "trials": len(trials), "optuna": optuna.__version__}))


if __name__ == "__main__":
    main()
