"""Python's Optuna as the other user of a study's database; optuna_test.cc runs it, and reads what it prints.

Usage: optuna_peer.py COMMAND URL STUDY [ARGUMENT]
"""

import json
import math
import sys
from datetime import timezone

import optuna
from optuna.distributions import FloatDistribution
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.storages._heartbeat import fail_stale_trials
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)
optuna.logging.disable_default_handler()


def objective(trial):
    rate = trial.suggest_float("learning_rate", 1e-5, 0.1, log=True)
    momentum = trial.suggest_float("momentum", 0, 0.95, step=0.05)
    batch = trial.suggest_int("batch_size", 16, 256, log=True)
    layers = trial.suggest_int("layers", 1, 9, step=2)
    name = trial.suggest_categorical("optimizer", ["sgd", "adam", None, True, 1.5, 3, "größe \"x\""])
    trial.set_user_attr("note", {"text": "größe", "list": [1, 2.5, None]})
    trial.report(math.nan, 1)
    trial.report(math.inf, 2)
    trial.report(rate, 3)
    if trial.number % 5 == 3:
        raise optuna.TrialPruned()
    if trial.number % 5 == 4:
        raise ValueError("diverged")
    return math.log(rate) ** 2 + momentum + batch / 256 + layers + (name == "adam")


def create(storage, name):
    """A study with trials in all states."""
    study = optuna.create_study(storage=storage, study_name=name, direction="minimize",
                                sampler=optuna.samplers.TPESampler(seed=1, n_startup_trials=5))
    study.set_user_attr("owner", ["optuna"])
    study.set_metric_names(["val_error"])
    study.enqueue_trial({"learning_rate": 0.01, "batch_size": 64})
    study.optimize(objective, n_trials=12, catch=(ValueError,))
    study.enqueue_trial({"learning_rate": 0.02})
    study.ask()  # takes the one above
    study.enqueue_trial({"learning_rate": 0.03})


def resume(storage, name, trials):
    """Goes on with a study, whoever made it, and analyses it."""
    study = optuna.load_study(storage=storage, study_name=name,
                              sampler=optuna.samplers.TPESampler(seed=2, n_startup_trials=5))
    before = len(study.trials)
    study.optimize(objective, n_trials=int(trials), catch=(ValueError,))
    assert len(study.trials) >= before + int(trials) - 1, "a waiting trial may have been among them"
    assert [t.number for t in study.trials] == list(range(len(study.trials)))
    complete = study.get_trials(states=[TrialState.COMPLETE])
    assert study.best_value == min(t.value for t in complete)
    importances = optuna.importance.get_param_importances(
        study, evaluator=optuna.importance.PedAnovaImportanceEvaluator())
    assert "learning_rate" in importances, importances


def follow(storage, name, trials):
    """Optimizes while others write to the same study."""
    study = optuna.load_study(storage=storage, study_name=name, sampler=optuna.samplers.RandomSampler(seed=3))
    for _ in range(int(trials)):
        trial = study.ask({"learning_rate": FloatDistribution(1e-5, 0.1, log=True)})
        trial.report(0.5, 1)
        study.tell(trial, trial.params["learning_rate"])


def beat(storage, name, number):
    """Records a heartbeat of a trial."""
    study = optuna.load_study(storage=storage, study_name=name)
    storage.record_heartbeat(study.trials[int(number)]._trial_id)


def reap(storage, name, grace):
    """Fails stale trials and retries them, as Optuna does before each new trial."""
    storage = RDBStorage(storage.url, heartbeat_interval=int(grace), grace_period=int(grace),
                         heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(
                             max_retry=3, inherit_intermediate_values=True))
    fail_stale_trials(optuna.load_study(storage=storage, study_name=name))


def real(value):
    return "nan" if math.isnan(value) else repr(float(value))


def describe(storage, name):
    """One line for the study and one for each trial, as optuna_test.cc describes them."""
    study = optuna.load_study(storage=storage, study_name=name)

    def attributes(values):
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def moment(when):
        return when.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f") if when else "-"

    print(study.study_name, [d.name for d in study.directions], attributes(study.user_attrs),
          attributes(storage.get_study_system_attrs(study._study_id)), sep="|")
    for t in storage.get_all_trials(study._study_id):
        params = {}
        for key, distribution in sorted(t.distributions.items()):
            value = distribution.to_internal_repr(t.params[key])
            params[key] = [float(value), json.loads(optuna.distributions.distribution_to_json(distribution))]
        steps = " ".join(f"{step}:{real(value)}" for step, value in sorted(t.intermediate_values.items()))
        print(t.number, t.state.name, [real(v) for v in t.values or []], attributes(params), steps,
              attributes(t.user_attrs), attributes(t.system_attrs), moment(t.datetime_start),
              moment(t.datetime_complete), sep="|")


def main():
    command, url, name, *arguments = sys.argv[1:]
    storage = RDBStorage(url)
    {f.__name__: f for f in (create, resume, follow, beat, reap, describe)}[command](storage, name, *arguments)


main()
