// Confirmations: studies whose trials are runs of a few settings on common seeds, the same with any workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/files.h"
#include "tailor/tune/confirm/candidates.h"
#include "tailor/tune/confirm/race_sampler.h"
#include "tailor/tune/confirm/test_ledger.h"
#include "tailor/tune/spread/baselines.h"
#include "tailor/tune/study/confirmation_plan.h"
#include "tune/studies.h"

namespace tailor {
namespace {

using test::expect_error;
using test::Formula;
using test::small_study;
using test::TestStudy;
using testing::HasSubstr;

// A study, worked through, and the candidates of its confirmation.
struct Finished {
  TestStudy study;
  std::vector<Candidate> candidates;
  std::optional<int> best_epochs;
  int claimed = -1;
  static constexpr int random = 5;

  explicit Finished(const StudyDefinition& definition = small_study("tpe", "asha")) : study(definition) {
    Formula formula;
    study.run(formula);
    const auto storage = open_storage(study.url);
    StudyView view(study.id);
    storage->transaction([&] { view.refresh(*storage); });
    candidates = choose_candidates(*storage, view, 3);
    best_epochs = best_length(view);
    claimed = static_cast<int>(view.best().value());
    for (Candidate& c : draw_random_settings(view.definition(), random, 3)) candidates.push_back(c);
  }

  StudyDefinition definition() const {
    Confirmation c;
    c.study = "s";
    c.candidates = candidates;
    c.race = {.first_seeds = 3, .most_seeds = 6};
    c.final_seeds = 4;
    return confirmation_of(small_study(), std::move(c), 3, 4);
  }

  // The confirmation's content; a new database has no study "s", so nothing hangs on it.
  static std::vector<std::string> confirm(const StudyDefinition& d, const StudyOptions& options = {},
                                          const StudyCallbacks& callbacks = {}) {
    const TestStudy study(d);
    Formula formula;
    formula.sleep_microseconds = options.jobs > 1 ? 3000 : 0;
    while (study.run(formula, options, callbacks) != StudyEnd::finished) {
    }
    return study.content();
  }
};

int count(const std::vector<std::string>& trials, const std::string& text) {
  return static_cast<int>(std::count_if(
      trials.begin(), trials.end(), [&](const std::string& t) { return t.find(text) != std::string::npos; }));
}

std::size_t place_of(const Confirmation& c, const char* role) {
  for (std::size_t i = 0; i < c.candidates.size(); ++i)
    if (const auto& roles = c.candidates[i].roles; std::find(roles.begin(), roles.end(), role) != roles.end())
      return i;
  ADD_FAILURE() << "no " << role;
  return 0;
}

TEST(Confirmation, CandidatesAreLeadersDefaultAndBaselinesWithoutRepeats) {
  const Finished finished;
  const std::vector<Candidate> c(finished.candidates.begin(), finished.candidates.end() - Finished::random);
  EXPECT_EQ(c.front().name, "default");
  EXPECT_TRUE(c.front().settings.empty());
  std::vector<std::string> roles;
  std::set<SettingTexts> settings;
  for (const Candidate& x : c) {
    roles.insert(roles.end(), x.roles.begin(), x.roles.end());
    EXPECT_TRUE(settings.insert(x.settings).second) << x.name;
  }
  EXPECT_EQ(std::count(roles.begin(), roles.end(), "leader"), 3);
  for (const char* role : {"claimed", "best_random", "one_epoch", "by_hand", "best_length"})
    EXPECT_EQ(std::count(roles.begin(), roles.end(), role), 1) << role;
  const Confirmation confirmation = finished.definition().confirmation.value();
  const auto of = [&](const char* role) { return c[place_of(confirmation, role)]; };
  EXPECT_EQ(of("by_hand").settings, (SettingTexts{{"label_smoothing", "0.1"}}));
  ASSERT_TRUE(finished.best_epochs);
  EXPECT_EQ(of("best_length").settings, (SettingTexts{{"epochs", std::to_string(*finished.best_epochs)}}));
  EXPECT_EQ(of("claimed").trial, finished.claimed);
}

// The study's trials, start-up included, had their say in choosing the others.
TEST(Confirmation, RandomSettingsAreDrawnAnewBySeed) {
  const StudyDefinition study = small_study();
  const std::vector<Candidate> drawn = draw_random_settings(study, 40, 3);
  ASSERT_EQ(drawn.size(), 40u);
  std::set<SettingTexts> settings;
  int low = 0;
  for (const Candidate& c : drawn) {
    EXPECT_FALSE(c.races);
    EXPECT_THAT(c.roles, testing::ElementsAre("random"));
    settings.insert(c.settings);
    EXPECT_EQ(c.settings.at("label_smoothing"), "0.1") << "what is fixed holds for them too";
    const auto rate = c.settings.find("learning_rate");
    low += rate != c.settings.end() && std::stod(rate->second) < 1e-2;  // half of the range's logarithm
  }
  EXPECT_EQ(settings.size(), 40u);
  EXPECT_NEAR(low, 20, 10);
  EXPECT_EQ(draw_random_settings(study, 3, 3)[2], drawn[2]);
  EXPECT_NE(draw_random_settings(study, 3, 4)[2].settings, drawn[2].settings);
}

TEST(Confirmation, NothingIsByHandWhereNothingIsFixed) {
  StudyDefinition d = small_study("tpe", "asha");
  d.fixed.clear();
  for (const Candidate& c : Finished(d).candidates) EXPECT_NE(c.name, "by hand");
}

TEST(Confirmation, IndependentDrawsAreTheStartUp) {
  const Finished finished(small_study("tpe", "none"));
  const auto storage = open_storage(finished.study.url);
  StudyView view(finished.study.id);
  storage->transaction([&] { view.refresh(*storage); });
  const std::vector<bool> draws = independent_draws(view.definition(), view.observations(1000));
  EXPECT_FALSE(draws.front());  // the default
  for (std::size_t i = 1; i <= 10; ++i) EXPECT_TRUE(draws[i]) << i;
  EXPECT_FALSE(draws.back());
}

TEST(Confirmation, IsTheSameWithAnyWorkersAndInterruptions) {
  const StudyDefinition d = Finished().definition();
  const std::vector<std::string> expected = Finished::confirm(d);
  EXPECT_EQ(Finished::confirm(d, {.jobs = 4}), expected);
  std::atomic<int> asked = 0;
  EXPECT_EQ(Finished::confirm(d, {.jobs = 2, .checkpoints = scratch("confirm")},
                              {.stop = [&] { return ++asked % 50 == 0; }}),
            expected);
}

TEST(Confirmation, RacesThenRunsWinnerAndBaselinesOnFurtherSeeds) {
  const Finished finished;
  const StudyDefinition d = finished.definition();
  const Confirmation& c = *d.confirmation;
  const std::vector<std::string> trials = Finished::confirm(d);
  EXPECT_EQ(count(trials, " seed=1 "), static_cast<int>(c.racers()));
  for (const char* role : {"default", "by_hand", "best_length", "claimed"})
    for (const int seed : {7, 8, 9, 10})
      EXPECT_EQ(count(trials, fmt::format(" candidate={} seed={} ", place_of(c, role), seed)), 1) << role;
  EXPECT_EQ(c.racers() + Finished::random, c.candidates.size());
  for (std::size_t i = c.racers(); i < c.candidates.size(); ++i) {
    EXPECT_EQ(count(trials, fmt::format(" candidate={} ", i)), 1) << "a random setting runs once";
    EXPECT_EQ(count(trials, fmt::format(" candidate={} seed={} ", i, 7 + (i - c.racers()) % 4)), 1);
  }
  EXPECT_LE(static_cast<int>(trials.size()), c.most_runs());
  // The default at its best length is trained no longer.
  const std::string length = fmt::format(" {}:", finished.best_epochs.value());
  const std::string longer = fmt::format(" {}:", finished.best_epochs.value() + 1);
  for (const std::string& trial : trials) {
    if (trial.find(fmt::format(" candidate={} ", place_of(c, "best_length"))) == std::string::npos) continue;
    EXPECT_THAT(trial, HasSubstr(length));
    EXPECT_THAT(trial, testing::Not(HasSubstr(longer)));
    EXPECT_THAT(trial, HasSubstr(R"("end":"complete")"));
  }
}

// Random settings are there for their mean on validation images: the seal is not for them.
TEST(Confirmation, RandomSettingsMeetNoTestImages) {
  const StudyDefinition d = Finished().definition();
  const auto last = static_cast<double>(d.confirmation->candidates.size() - 1);
  EXPECT_TRUE(d.repetition(0, {0, 7}).final_run);
  EXPECT_FALSE(d.repetition(0, {last, 7}).final_run);
  EXPECT_EQ(d.repetition(0, {last, 7}).seed, d.repetition(0, {0, 7}).seed) << "the winner's seed";
}

// What an older version began says neither who races nor who has final runs.
TEST(Confirmation, OneThatWasBegunBeforeIsReadAndFinishedAsItWas) {
  nlohmann::json older = nlohmann::json::parse(to_json(Finished().definition()));
  nlohmann::json& candidates = older["confirmation"]["candidates"];
  candidates.erase(candidates.begin() + 5, candidates.end());
  candidates.back()["roles"] = {"random"};
  for (nlohmann::json& c : candidates) c.erase("races"), c.erase("final_seeds");
  older["confirmation"].erase("error_of");
  const StudyDefinition d = definition_from_json(older.dump(), "here");
  EXPECT_EQ(d.confirmation->racers(), 5u);
  EXPECT_EQ(d.confirmation->most_runs(), 5 * 6 + 2 * 4);
  const std::vector<std::string> trials = Finished::confirm(d);
  EXPECT_EQ(count(trials, " seed=1 "), 5);
  for (const int seed : {7, 8, 9, 10}) EXPECT_EQ(count(trials, fmt::format(" seed={} ", seed)), 2) << seed;
  EXPECT_EQ(count(trials, " candidate=0 seed=7 "), 1);
  EXPECT_LE(static_cast<int>(trials.size()), d.confirmation->most_runs());
  EXPECT_EQ(definition_from_json(to_json(d), "here").confirmation, d.confirmation);
}

TEST(Confirmation, AllCandidatesMeetTheSameSeeds) {
  const StudyDefinition d = Finished().definition();
  std::map<double, std::set<std::uint64_t>> seeds;
  for (double candidate = 0; candidate < 3; ++candidate)
    for (double seed = 1; seed <= 10; ++seed)
      seeds[seed].insert(d.repetition(static_cast<int>(10 * candidate + seed), {candidate, seed}).seed);
  std::set<std::uint64_t> all;
  for (const auto& [seed, of] : seeds) {
    EXPECT_EQ(of.size(), 1u) << seed;
    all.insert(of.begin(), of.end());
  }
  EXPECT_EQ(all.size(), 10u);
  EXPECT_FALSE(d.repetition(0, {0, 6}).final_run);
  EXPECT_TRUE(d.repetition(0, {0, 7}).final_run);
}

TEST(Confirmation, ReshufflesTheSplitIfAsked) {
  StudyDefinition d = Finished().definition();
  EXPECT_FALSE(d.repetition(0, {0, 1}).split_seed);
  d.confirmation->reshuffle = true;
  EXPECT_EQ(d.repetition(0, {0, 1}).split_seed, d.repetition(5, {1, 1}).split_seed);
  EXPECT_NE(d.repetition(0, {0, 1}).split_seed, d.repetition(0, {0, 2}).split_seed);
}

// Its final runs open test images as training ones do.
struct OpeningFormula : Formula {
  std::string url;
  StudyId confirmation{};
  Confirmation definition{};
  std::vector<ImagesOpening> recorded{};  // guarded by mutex
  std::mutex mutex{};

  ObjectiveResult run(const ObjectiveTask& task, const std::function<bool(int, double)>& report,
                      const std::function<bool()>& stop) override {
    const ObjectiveResult result = Formula::run(task, report, stop);
    if (task.repetition.final_run && definition.open_test && result.end == ObjectiveEnd::complete) {
      const auto storage = open_storage(url);
      const ImageSet images{{1, 1, 1}, {1, 2}, {0, 1}, "a1b2"};
      storage->transaction([&] {
        const ImagesOpening o =
            record_test_opening(*storage, confirmation, definition, "tailor confirm", images);
        const std::lock_guard lock(mutex);
        recorded.push_back(o);
      });
    }
    return result;
  }
};

// A seal that is broken twice must show: once for each confirmation, on the study.
TEST(Confirmation, OpeningsStandInTheStudysLedger) {
  const Finished finished;
  const StudyDefinition d = finished.definition();
  const auto storage = open_storage(finished.study.url);
  const auto openings = [&] { return test_openings(storage->get_study(finished.study.id)); };
  EXPECT_TRUE(openings().empty());
  OpeningFormula formula;
  formula.url = finished.study.url;
  const auto confirm = [&](const char* name, const StudyDefinition& definition) {
    formula.confirmation = create_study(*storage, name, definition);
    formula.definition = *definition.confirmation;
    EXPECT_EQ(run_study(finished.study.url, formula.confirmation, formula, {.jobs = 2}), StudyEnd::finished);
  };
  confirm("s.confirm", d);
  confirm("s.confirm-2", d);
  ASSERT_EQ(openings().size(), 2u);
  EXPECT_EQ(openings()[0].confirmation, "s.confirm");
  EXPECT_EQ(openings()[1].confirmation, "s.confirm-2");
  EXPECT_EQ(openings()[1].test_hash, "a1b2");
  // All workers of a confirmation tell the account of one opening.
  std::set<std::string> times;
  for (const ImagesOpening& o : formula.recorded) times.insert(o.time);
  EXPECT_EQ(times.size(), 2u);
  EXPECT_EQ(formula.recorded.back().images, 2);
  // Deleted and begun anew it opens them anew, whatever its name.
  storage->delete_study(formula.confirmation);
  confirm("s.confirm-2", d);
  EXPECT_EQ(openings().size(), 3u);
  StudyDefinition sealed = d;
  sealed.confirmation->open_test = false;
  confirm("s.sealed", sealed);
  EXPECT_EQ(openings().size(), 3u);
}

TEST(Confirmation, AFailingCandidateNeverWins) {
  StudyDefinition d = Finished().definition();
  Candidate& leader = d.confirmation->candidates[1];
  leader.settings["learning_rate"] = "0.9";
  const TestStudy study(d);
  Formula formula;
  formula.diverges_above = 0.5;
  EXPECT_EQ(study.run(formula), StudyEnd::finished);
  const std::vector<std::string> trials = study.content();
  // Those that were given before the failure could be seen, and the final runs of what the study claims.
  EXPECT_LE(count(trials, " candidate=1 "), 3 + 4);
  const RaceStanding standing = [&] {
    const auto storage = open_storage(study.url);
    StudyView view(study.id);
    storage->transaction([&] { view.refresh(*storage); });
    return judge_race(race_costs(*d.confirmation, view.observations(1000)), d.confirmation->race);
  }();
  EXPECT_FALSE(standing.in(1));
}

TEST(Confirmation, ItsDefinitionSurvivesAndNeverChanges) {
  StudyDefinition d = Finished().definition();
  d.description = "why \"it\" was made";
  const StudyDefinition again = definition_from_json(to_json(d), "here");
  EXPECT_EQ(again.description, d.description);
  EXPECT_EQ(again.confirmation, d.confirmation);
  EXPECT_EQ(again.confirmation->race.rule, RaceRule::whole_race);
  StudyDefinition other = d;
  other.confirmation->race.most_seeds = 7;
  expect_error(ExitCode::usage, {"a confirmation stays as it was made"}, [&] { check_change(d, other); });
}

// Runs of a confirmation that began by an earlier rule were made by that rule.
TEST(Confirmation, ThatSaysNothingOfItsRuleRacesByTheEarlierOne) {
  const StudyDefinition d = Finished().definition();
  nlohmann::json json = to_json_value(*d.confirmation);
  json.erase("error_of");
  const Confirmation earlier = confirmation_from_json(json);
  EXPECT_EQ(earlier.race.rule, RaceRule::each_look);
  EXPECT_EQ(to_json_value(earlier), json);
  StudyDefinition begun = d;
  begun.confirmation = earlier;
  const std::vector<std::string> trials = Finished::confirm(begun);
  EXPECT_LT(static_cast<int>(trials.size()),
            d.confirmation->most_runs());  // it took differences without noise
  for (const int seed : {7, 10}) EXPECT_GE(count(trials, fmt::format(" seed={} ", seed)), 2) << seed;
}

TEST(Confirmation, WishesAreRefused) {
  const StudyDefinition d = Finished().definition();
  const TestStudy study(d);
  open_storage(study.url)->create_trial(
      study.id, {.state = TrialState::waiting, .system_attributes = {{"fixed_params", "{\"seed\": 3}"}}});
  Formula formula;
  EXPECT_EQ(study.run(formula), StudyEnd::finished);
  EXPECT_THAT(study.content().front(), HasSubstr("a confirmation takes no wishes"));
}

}  // namespace
}  // namespace tailor
