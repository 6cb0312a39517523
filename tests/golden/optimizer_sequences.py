"""Short optimiser runs by PyTorch, printed as the rows of tests/train/optimizer_sequences.inc.

Six parameters, the first four a weight, the last two a bias without weight decay; five steps, the rate halved after the
third. Run with PyTorch 2.15: python3 optimizer_sequences.py > ../train/optimizer_sequences.inc
"""
import torch

STEPS = 5


def start():
    return [torch.tensor([(i * 5 % 7 - 3) / 4 for i in part]) for part in (range(4), range(4, 6))]


def gradient(step, part):
    return torch.tensor([((i * 7 + step * 5) % 11 - 5) / 8 for i in part])


def rate(base, step):
    return base if step < 3 else base / 2


class Lion(torch.optim.Optimizer):
    """Chen et al., arXiv:2302.06675, algorithm 2: PyTorch has no Lion."""

    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = (m * beta1 + p.grad * (1 - beta1)).sign_()
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-group["lr"])
                m.lerp_(p.grad, 1 - beta2)


def run(settings, make, lr, decay=0.0, shrink=0.0, clip=0.0, average=0.0):
    """`shrink` is a decoupled decay for optimisers of which PyTorch has only the coupled one."""
    weight, bias = (torch.nn.Parameter(p) for p in start())
    groups = [dict(params=[weight], weight_decay=decay), dict(params=[bias], weight_decay=0.0)]
    optimizer = make(groups, lr)
    mean = torch.optim.swa_utils.AveragedModel(
        torch.nn.ParameterList([weight, bias]), avg_fn=torch.optim.swa_utils.get_ema_avg_fn(average or 0.5))
    mean.update_parameters(torch.nn.ParameterList([weight, bias]))  # the first call copies
    for step in range(STEPS):
        weight.grad, bias.grad = gradient(step, range(4)), gradient(step, range(4, 6))
        for group in optimizer.param_groups:
            group["lr"] = rate(lr, step)
        if clip:
            torch.nn.utils.clip_grad_norm_([weight, bias], clip)
        with torch.no_grad():
            weight.mul_(1 - rate(lr, step) * shrink)
        optimizer.step()
        mean.update_parameters(torch.nn.ParameterList([weight, bias]))
    row = lambda tensors: ", ".join(f"{x:.9g}f" for t in tensors for x in t.tolist())
    averaged = row(mean.module.parameters()) if average else ""
    print(f'{{"{settings} learning_rate={lr}", {{{row([weight, bias])}}}, {{{averaged}}}}},')


print("// Printed by tests/golden/optimizer_sequences.py: settings, values after the last step, average of values.")
optim = torch.optim
run("optimizer=sgd momentum=0", lambda g, lr: optim.SGD(g, lr), 0.1)
run("optimizer=sgd momentum=0.9", lambda g, lr: optim.SGD(g, lr, momentum=0.9), 0.1)
run("optimizer=sgd momentum=0.9 nesterov=true weight_decay=0.1",
    lambda g, lr: optim.SGD(g, lr, momentum=0.9, nesterov=True), 0.1, decay=0.1)
run("optimizer=sgd momentum=0.9 nesterov=true weight_decay=0.1 decoupled_weight_decay=true",
    lambda g, lr: optim.SGD(g, lr, momentum=0.9, nesterov=True), 0.1, shrink=0.1)
run("optimizer=sgd momentum=0.5 clip_norm=0.7 weight_average=0.75",
    lambda g, lr: optim.SGD(g, lr, momentum=0.5), 0.1, clip=0.7, average=0.75)
run("optimizer=adam", lambda g, lr: optim.Adam(g, lr, eps=1e-7), 0.1)
run("optimizer=adam weight_decay=0.1 beta1=0.8 beta2=0.95 epsilon=0.001",
    lambda g, lr: optim.Adam(g, lr, betas=(0.8, 0.95), eps=1e-3), 0.1, decay=0.1)
run("optimizer=adam weight_decay=0.1 decoupled_weight_decay=true weight_average=0.9",
    lambda g, lr: optim.AdamW(g, lr, eps=1e-7), 0.1, decay=0.1, average=0.9)
run("optimizer=adamw weight_decay=0.1", lambda g, lr: optim.AdamW(g, lr, eps=1e-7), 0.1, decay=0.1)
run("optimizer=rmsprop rho=0.99 epsilon=1e-08", lambda g, lr: optim.RMSprop(g, lr, alpha=0.99), 0.01)
run("optimizer=rmsprop rmsprop_momentum=0.9 weight_decay=0.1",
    lambda g, lr: optim.RMSprop(g, lr, alpha=0.9, eps=1e-7, momentum=0.9), 0.01, decay=0.1)
run("optimizer=rmsprop weight_decay=0.1 decoupled_weight_decay=true",
    lambda g, lr: optim.RMSprop(g, lr, alpha=0.9, eps=1e-7), 0.01, shrink=0.1)
run("optimizer=lion weight_decay=0.1", lambda g, lr: Lion(g, lr, (0.9, 0.99), 0.0), 0.01, decay=0.1)
run("optimizer=lion beta1=0.5 lion_beta2=0.7 clip_norm=0.7", lambda g, lr: Lion(g, lr, (0.5, 0.7), 0.0), 0.01, clip=0.7)
