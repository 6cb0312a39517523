# The same search as `tailor tune --space small`, with Optuna and PyTorch: as a careful user would write it, with worker
# processes of one thread each on one database, Optuna's own successive halving, and PyTorch in its fastest form here
# (channels_last; bf16 autocast unless f32 is asked for). Searches until it is stopped.
import argparse
import json
import multiprocessing
from pathlib import Path
from types import SimpleNamespace

import fashion_mnist


def options():
    parser = argparse.ArgumentParser(description="A search with Optuna and PyTorch.")
    parser.add_argument("--storage", required=True, help="database, sqlite:///FILE")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="bf16")
    parser.add_argument("--split", required=True, help="JSON file: numbers of the training and of the validation images")
    parser.add_argument("--data", default=fashion_mnist.PLACE)
    return parser.parse_args()


def set_dropout(network, rates):
    from torch import nn

    for module, rate in zip((m for m in network.modules() if isinstance(m, nn.Dropout)), rates):
        module.p = rate


def initialize(network):
    """Our default, Keras's, instead of PyTorch's: so that both sides search over the same training."""
    from torch import nn

    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)


def schedule_factor(kind, done):
    """`done`: share of the training, 0 to 1."""
    import math

    return {"constant": 1.0, "linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}[kind]


def work(o, worker):
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
    split = json.loads(Path(o.split).read_text())
    images, labels = tensors(fashion_mnist.chosen(o.data, split["train"]))
    validation = tensors(fashion_mnist.chosen(o.data, split["validation"]))

    def objective(trial):
        # The untuned defaults come first, as they do in tailor.
        rate = trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True)
        batch = trial.suggest_categorical("batch_size", [32, 64, 128, 256])
        schedule = trial.suggest_categorical("schedule", ["constant", "linear", "cosine"])
        dropout = [trial.suggest_float(f"dropout_{i}", 0.0, 0.6) for i in (1, 2)]
        torch.manual_seed(o.seed * 10000 + trial.number)
        network = Network("mnist_cnn").to(memory_format=torch.channels_last)
        initialize(network)
        set_dropout(network, dropout)
        optimizer = torch.optim.Adam(network.parameters(), rate, eps=1e-7)
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
            accuracy = pytorch_training.predict(network, *validation, plain)["accuracy"]
            trial.report(accuracy, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned()
        return accuracy

    # The rungs of `tailor tune`: epochs / 3, epochs / 9, … down to at least one. Optuna counts them upwards, which is the
    # same for 3, 6, 9, 18, … epochs.
    first = o.epochs
    while first >= 3:
        first //= 3
    study = optuna.load_study(
        study_name="peer", storage=o.storage, sampler=optuna.samplers.TPESampler(seed=o.seed * 100 + worker),
        pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=first, reduction_factor=3))  # fmt: skip
    study.optimize(objective)


def main():
    o = options()
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(study_name="peer", storage=o.storage, direction="maximize")
    study.enqueue_trial({"learning_rate": 1e-3, "batch_size": 128, "schedule": "constant", "dropout_1": 0.25, "dropout_2": 0.5})
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(o, number)) for number in range(o.workers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
