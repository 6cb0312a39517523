#include "tailor/report/written_report.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tailor/base/counted.h"
#include "tailor/base/text.h"
#include "tailor/data/folds.h"
#include "tailor/report/doubling.h"
#include "tailor/report/label.h"
#include "tailor/report/measure_text.h"

namespace tailor {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

struct Heading {
  int level;
  std::string text;
};
struct Paragraph {
  std::string text;
};
struct Item {
  std::string text;
};
struct Code {
  std::string text;
  bool long_one = false;  // left out on a terminal
};
struct Table {
  std::vector<std::string> header;  // the first column is words, the others numbers
  std::vector<std::vector<std::string>> rows;
};
using Block = std::variant<Heading, Paragraph, Item, Code, Table>;
using Blocks = std::vector<Block>;

double real(const json& x) { return x.is_number() ? x.get<double>() : NAN; }

Estimate interval(const json& e) {
  return e.is_object() ? Estimate{real(e["estimate"]), real(e["low"]), real(e["high"])} : Estimate{};
}

std::string share(const json& e) { return percent(interval(e).estimate); }

std::string plain(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

class Writer {
 public:
  explicit Writer(const json& document)
      : d_(document), v_(d_.at("study").at("measure").at("maximize").get<bool>()) {}

  Blocks write(int level) {
    level_ = level;
    answer();
    warnings();
    spread_experiment();
    spread();
    gains();
    race();
    figures();
    metrics();
    importance();
    trials_enough();
    time();
    ledger();
    provenance();
    settings();
    return std::move(blocks_);
  }

 private:
  void heading(const std::string& text) { blocks_.push_back(Heading{level_ + 1, text}); }

  void answer() {
    const json& study = d_.at("study");
    blocks_.push_back(Heading{level_, "Study " + plain(study["name"])});
    if (const std::string about = plain(study["description"]); !about.empty())
      blocks_.push_back(Paragraph{about});
    for (const json& sentence : d_.at("answer").at("sentences")) blocks_.push_back(Item{plain(sentence)});
    const json& data = study["data"];
    const auto tested = data["test_images"].get<long long>();
    const int folds = data.value("folds", 0);
    blocks_.push_back(Paragraph{fmt::format(
        "{} ({} parameters, fingerprint {:.12}, fixed) on {}: {}, {} test images, "
        "{} {:.12} (seed {}).",
        plain(study["architecture"]["name"]),
        with_thousands(study["architecture"]["parameters"].get<long long>()),
        plain(study["architecture"]["fingerprint"]), plain(data["name"]),
        parts_text(folds, data["train_images"].get<long long>(), data["validation_images"].get<long long>()),
        tested > 0 ? with_thousands(tested) : "sealed", folds > 0 ? "folds" : "split",
        plain(data["split_hash"]), plain(data["split_seed"]))});
  }

  void warnings() {
    if (d_.at("warnings").empty()) return;
    heading("What to doubt");
    for (const json& w : d_["warnings"])
      blocks_.push_back(
          Item{fmt::format("{}: {} {}", plain(w["severity"]), plain(w["text"]), plain(w["advice"]))});
  }

  static std::string share_bounds(const Estimate& e) {
    return fmt::format("{} ({} to {})", percent(e.estimate), percent(e.low), percent(e.high));
  }

  void spread_experiment() {
    heading("How vastly results vary");
    const json& e = d_.at("spread_experiment");
    if (e.is_null()) {
      blocks_.push_back(Paragraph{
          fmt::format("The spread of results over the space was not measured: `tailor spread {}` trains "
                      "independent random settings to their end.",
                      plain(d_.at("study")["options"]))});
      return;
    }
    Table quantiles{{"random settings worse than", "value", "at least", "at most"}, {}};
    for (const json& q : e["quantiles"])
      quantiles.rows.push_back({percent(real(q["share"])), v_.value(real(q["estimate"])),
                                v_.value(real(q["low"])), v_.value(real(q["high"]))});
    blocks_.push_back(std::move(quantiles));
    blocks_.push_back(Paragraph{fmt::format(
        "{} random settings, each trained for {} epochs with one seed{}{}. Intervals hold with 95 %; a bound "
        "is missing where so few settings do not tell it.",
        plain(e["settings"]), plain(e["epochs"]),
        e["diverged"] == 0 ? ""
                           : fmt::format("; {} diverged, taken as guessing, or as the worst",
                                         counted(e["diverged"].get<int>(), "run")),
        e["seed"].is_object()
            ? fmt::format(
                  ". Two trainings of one of them with different seeds differ by {}, two of them by {} "
                  "(medians): the seed's part is {}",
                  v_.with_unit(v_.narrow(interval(e["seed"]["same_setting"]))),
                  v_.with_unit(v_.narrow(interval(e["seed"]["two_settings"]))),
                  share_bounds(interval(e["seed"]["share"])))
            : "")});
    if (const json& b = e.at("best_of_n"); b.is_object()) {
      Table best{{"best of so many random settings", "expected"}, {}};
      for (const std::size_t i : doubling_places(b["n"].get<std::vector<int>>()))
        best.rows.push_back(
            {plain(b["n"][i]), v_.value({real(b["estimate"][i]), real(b["low"][i]), real(b["high"][i])})});
      blocks_.push_back(std::move(best));
    }
    Table way{{"from default to tuned", "value", v_.accuracy() ? "step, points" : "step, better is +"}, {}};
    for (const json& at : e["way"])
      way.rows.push_back({plain(at["name"]), v_.value(interval(at["value"])),
                          at["step"].is_object() ? v_.change(interval(at["step"])) : ""});
    blocks_.push_back(std::move(way));
    for (const json& at : e["way"])
      if (!plain(at["text"]).empty()) blocks_.push_back(Item{plain(at["text"])});
  }

  void spread() {
    const json& s = d_.at("spread");
    if (s.is_null()) return;
    heading("How widely results vary");
    const json& quartiles = s["quartiles"];
    blocks_.push_back(
        Table{{"trained to the end", "worst", "quartile", "median", "quartile", "best"},
              {{plain(s["count"]) + " trials", v_.value(real(s["worst"])), v_.value(real(quartiles[0])),
                v_.value(real(quartiles[1])), v_.value(real(quartiles[2])), v_.value(real(s["best"]))}}});
    std::string text;
    if (const json& other = s["against_default"]; other.is_object())
      text =
          fmt::format("{} of the {} besides the untuned default ended {} its {}. ", plain(other["worse"]),
                      plain(other["of"]), v_.accuracy() ? "below" : "above", v_.value(real(other["value"])));
    if (const std::string cut = plain(s["text"]); !cut.empty()) text += cut + " ";
    const json& shares = s["shares"];
    blocks_.push_back(
        Paragraph{text + fmt::format("Of all {} trials, {} diverged and {} failed.", plain(s["ended"]),
                                     percent(real(shares["diverged"])), percent(real(shares["failed"])))});
    if (const json& n = d_.at("noise"); n.is_object())
      blocks_.push_back(Paragraph{
          fmt::format("The seed alone: standard deviation {}{}.", v_.with_unit(v_.narrow(interval(n["sd"]))),
                      n["share_of_spread"].is_object()
                          ? "; its share of the variance of these results " + share(n["share_of_spread"])
                          : "")});
  }

  void gains() {
    const json &g = d_.at("gain"), &o = d_.at("optimism");
    if (g.is_null() && o.is_null()) return;
    heading("What the tuning was worth");
    Table table{{"", std::string("95 % interval") + (*v_.unit() ? std::string(", ") + v_.unit() : "")}, {}};
    if (g.is_object()) {
      const auto over = [&](const std::string& title, const json& e) {  // missing: it is the tuned one itself
        if (e.is_object()) table.rows.push_back({title, v_.change(interval(e))});
      };
      const auto both = [&](const std::string& title, const json& gain) {
        if (!gain.is_object()) return;
        over(title + ", validation", gain["validation"]);
        if (gain["test"].is_object())
          table.rows.push_back({title + ", test", v_.change(interval(gain["test"]))});
      };
      both("over the untuned default", g);
      both("over the default at its best length", g["over_best_length"]);
      both("over what was fixed by hand", g["over_by_hand"]);
      both("fixed by hand, over the default", g["by_hand"]);
      if (g["random"].is_object())
        over(fmt::format("over a random setting (mean of {}), validation", plain(g["random"]["settings"])),
             g["over_random"]);
      over("over the best random setting, on the race's seeds", g["over_best_random"]);
      over("over the best after one epoch, on the race's seeds", g["over_one_epoch"]);
    }
    if (o.is_object()) {
      table.rows.push_back({"claimed by the study", v_.value(real(o["claimed"]))});
      if (o["confirmed"].is_object()) {
        table.rows.push_back({"confirmed on fresh seeds", v_.value(interval(o["confirmed"]))});
      }
      if (o["optimism"].is_object()) {
        table.rows.push_back({"the claimed setting on fresh seeds", v_.value(interval(o["same_setting"]))});
        table.rows.push_back({"the claim was too good by", v_.change(interval(o["optimism"]))});
      }
      if (o["reuse"].is_object())
        table.rows.push_back({"its validation minus test accuracy", v_.change(interval(o["reuse"]))});
      // Its interval holds less than it says (docs/honest-numbers.md), so it is not shown.
      if (o["shrunken"].is_object())
        table.rows.push_back({"roughly expected, unconfirmed", v_.value(interval(o["shrunken"]).estimate)});
    }
    blocks_.push_back(std::move(table));
    if (g.is_object() && g["random"].is_object()) blocks_.push_back(Paragraph{plain(g["random"]["text"])});
    if (g.is_object()) way(g["steps"]);
  }

  // The gain's parts, where it has more than one.
  void way(const json& steps) {
    if (steps.size() < 2) return;
    Table table{{"step by step, on the final seeds", "validation", "test"}, {}};
    for (const json& step : steps)
      table.rows.push_back({fmt::format("{} -> {}", step_end(step["from"]), step_end(step["to"])),
                            v_.change(interval(step["validation"])),
                            step["test"].is_object() ? v_.change(interval(step["test"])) : "-"});
    blocks_.push_back(std::move(table));
  }

  static std::string step_end(const json& role) {
    return role == "winner" ? "tuned" : role == "by_hand" ? "fixed by hand" : words(plain(role));
  }

  void race() {
    const json& c = d_.at("confirmation");
    if (c.is_null()) return;
    heading("The race on fresh seeds");
    Table table{{"candidate", "runs", "mean", "end"}, {}};
    std::vector<Paragraph> several;
    for (const json& x : c["candidates"]) {
      auto roles = x["roles"].get<std::vector<std::string>>();
      const std::string first = roles.empty() ? "leader" : words(roles.front());
      if (roles.size() > 1) {
        roles.erase(roles.begin());
        several.push_back(
            {fmt::format("{} is also the candidate for: {}.", plain(x["name"]), words(join(roles, ", ")))});
      }
      table.rows.push_back({fmt::format("{} ({})", plain(x["name"]), first), std::to_string(x["runs"].size()),
                            v_.value(interval(x["mean"])),
                            x["winner"].get<bool>()        ? "winner"
                            : x["dropped_after"].is_null() ? "stayed in"
                                                           : "out after " + plain(x["dropped_after"])});
    }
    blocks_.push_back(std::move(table));
    blocks_.insert(blocks_.end(), several.begin(), several.end());
  }

  void figures() {
    const json& c = d_.at("confirmation");
    if (c.is_null() || c["winner"].is_null()) return;
    heading("Four figures");
    Table table{{""}, {}};
    const std::pair<const char*, const char*> columns[] = {{"max. validation", "max_validation_accuracy"},
                                                           {"training there", "train_accuracy_at_best"},
                                                           {"test accuracy", "test_accuracy"},
                                                           {"test loss", "test_loss"}};
    for (const auto& [title, key] : columns) table.header.emplace_back(title);
    const auto add = [&](const char* who, const char* key, bool one_run = false) {
      if (!c[key].is_object()) return;
      std::vector<std::string> row = {who};
      for (const auto& [title, figure] : columns) {
        const MeasureText values(std::string_view(figure) != "test_loss");
        row.push_back(one_run ? values.number(real(c[key][figure]))
                              : values.narrow(interval(c[key]["figures"][figure])));
      }
      table.rows.push_back(std::move(row));
    };
    add("untuned default", "default");
    add("default, best length", "best_length");
    add("fixed by hand", "by_hand");
    add("tuned", "winner");
    add("original, one run", "original", true);
    blocks_.push_back(std::move(table));
    blocks_.push_back(Paragraph{plain(c["figures_text"])});
    if (c["loss_baseline"].is_object()) blocks_.push_back(Paragraph{plain(c["loss_baseline"]["text"])});
  }

  void metrics() {
    const json m = d_.value("metrics", json());
    if (m.is_null()) return;
    heading("All metrics");
    const auto networks = m["tuned"]["networks"].get<int>();
    blocks_.push_back(Paragraph{
        m["confirmed"].get<bool>()
            ? fmt::format(
                  "Means over {} on fresh seeds; intervals cover other seeds and other images of the kind.",
                  counted(networks, "network"))
            : fmt::format("From the study itself: {} of the tuned setting ({}), which was chosen by these "
                          "images; that flatters it. Intervals cover other images of the kind.",
                          counted(networks, "training"), plain(m["tuned"]["name"]))});
    for (const auto& [part, title] :
         {std::pair<const char*, const char*>{"validation", "on validation images"},
          {"test", "on test images"}}) {
      Table table{{title, "tuned", "untuned default"}, {}};
      for (const json& row : m["rows"]) {
        const json& values = row[part];
        if (values.is_null()) continue;
        const MeasureText text(row["percent"].get<bool>());
        const auto cell = [&](const json& e) { return e.is_null() ? "-" : text.value(interval(e)); };
        table.rows.push_back({plain(row["words"]), cell(values["tuned"]), cell(values["untuned"])});
      }
      if (!table.rows.empty()) blocks_.push_back(std::move(table));
    }
  }

  void importance() {
    if (d_.at("importance").empty()) return;
    heading("What mattered");
    blocks_.push_back(Paragraph{plain(d_.at("importance_text"))});
    Table table{{"hyperparameter", "share of variance (fANOVA)", "to be among the best (PED-ANOVA)"}, {}};
    for (const json& p : d_["importance"]) {
      if (table.rows.size() == 8) break;
      table.rows.push_back({plain(p["name"]), share(p["fanova"]), share(p["ped_anova"])});
    }
    blocks_.push_back(std::move(table));
    std::string kept;
    for (const json& p : d_.at("leave_at_default")) kept += (kept.empty() ? "" : ", ") + plain(p["name"]);
    if (!kept.empty())
      blocks_.push_back(
          Paragraph{fmt::format("Could be left at their defaults: {} (each alone costs less than {}, the "
                                "spread of one result over seeds).",
                                kept, v_.told_difference(real(d_["leave_at_default"][0]["margin"])))});
  }

  void trials_enough() {
    const json& b = d_.at("best_of_n");
    if (b.is_null()) return;
    heading("The best of n random settings");
    Table table{{"n", "expected best"}, {}};
    const auto n = b["n"].get<std::vector<int>>();
    std::vector<std::size_t> shown = doubling_places(n);
    if (!n.empty() && shown.back() + 1 < n.size()) shown.push_back(n.size() - 1);
    for (const std::size_t i : shown)
      table.rows.push_back({std::to_string(n[i]), v_.value(Estimate{real(b["estimate"][i]), real(b["low"][i]),
                                                                    real(b["high"][i])})});
    blocks_.push_back(std::move(table));
    if (b["enough"].is_object()) blocks_.push_back(Paragraph{plain(b["enough"]["text"])});
  }

  void time() {
    const json& c = d_.at("compute");
    heading("Where the time went");
    Table table{{"", "time", "trials", "epochs"}, {}};
    for (const json& item : c["items"])
      table.rows.push_back({words(plain(item["kind"])), duration(item["seconds"].get<double>()),
                            plain(item["trials"]), plain(item["epochs"])});
    blocks_.push_back(std::move(table));
  }

  void ledger() {
    heading("The ledger of the test images");
    if (d_.at("openings").empty()) blocks_.push_back(Paragraph{"Never opened by this study."});
    for (const json& o : d_["openings"])
      blocks_.push_back(Item{fmt::format("{} UTC, opened by {}{}", plain(o["time"]), plain(o["by"]),
                                         o.value("elsewhere", false) ? " (not this study)" : "")});
  }

  // Documents of earlier versions have none.
  void provenance() {
    if (!d_.contains("provenance")) return;
    Table table{{"what computed it", "instruction set", "processor", "trials"}, {}};
    for (const json& part : d_["provenance"])
      for (const json& g : part.at("computed_by")) {
        const bool recorded = g.at("version").is_string();
        const auto text = [&](const char* key) { return g.at(key).is_string() ? plain(g[key]) : "-"; };
        const std::string build =
            "tailor " + text("version") + (g.at("commit").is_string() ? " " + text("commit") : "");
        table.rows.push_back({fmt::format("{}: {}", plain(part["of"]), recorded ? build : "not recorded"),
                              text("instruction_set"), text("processor"), plain(g["trials"])});
      }
    if (table.rows.empty()) return;
    heading("What computed it");
    blocks_.push_back(std::move(table));
  }

  void settings() {
    const json& r = d_.at("reproduce");
    if (plain(r["recipe"]).empty()) return;
    heading("The setting");
    blocks_.push_back(Code{plain(r["command"])});
    blocks_.push_back(Code{plain(r["recipe"]), true});
  }

  static std::string words(std::string key) {
    std::replace(key.begin(), key.end(), '_', ' ');
    return key;
  }

  const json& d_;
  const MeasureText v_;
  int level_ = 1;
  Blocks blocks_;
};

Blocks blocks_of(const json& document) {
  if (!document.contains("studies")) return Writer(document).write(1);
  Blocks all{Heading{1, "Two studies"}};
  Table table{{"", "", ""}, {}};
  std::vector<std::string> names, claimed, gain;
  for (const json& d : document["studies"]) {
    const MeasureText v(d.at("study").at("measure").at("maximize").get<bool>());
    names.push_back(plain(d["study"]["name"]));
    claimed.push_back(d["optimism"].is_object() ? v.value(real(d["optimism"]["claimed"])) : "-");
    gain.push_back(d["gain"].is_object() ? v.change(interval(d["gain"]["validation"])) : "-");
  }
  table.header = {"", names[0], names[1]};
  table.rows = {{"claimed by the study", claimed[0], claimed[1]},
                {"gain over the default, confirmed", gain[0], gain[1]}};
  all.push_back(std::move(table));
  for (const json& d : document["studies"]) {
    Blocks part = Writer(d).write(2);
    std::move(part.begin(), part.end(), std::back_inserter(all));
  }
  return all;
}

std::string markdown(const Table& table) {
  const auto line = [](const std::vector<std::string>& cells) {
    std::string out = "|";
    for (const std::string& cell : cells) out += " " + cell + " |";
    return out + "\n";
  };
  std::string out = line(table.header) + "|---|";
  for (std::size_t i = 1; i < table.header.size(); ++i) out += "---:|";
  out += "\n";
  for (const auto& row : table.rows) out += line(row);
  return out + "\n";
}

struct Markdown {
  std::string operator()(const Heading& h) const {
    return std::string(static_cast<std::size_t>(h.level), '#') + " " + h.text + "\n\n";
  }
  std::string operator()(const Paragraph& p) const { return p.text + "\n\n"; }
  std::string operator()(const Item& i) const { return "- " + i.text + "\n"; }
  std::string operator()(const Code& c) const {
    return "```\n" + c.text + (c.text.ends_with('\n') ? "" : "\n") + "```\n\n";
  }
  std::string operator()(const Table& t) const { return markdown(t); }
};

// As many columns as fit, then the first again with further ones below.
std::string aligned(const Table& table) {
  std::vector<std::size_t> widths(table.header.size());
  const auto measure = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters(row[i]));
  };
  measure(table.header);
  for (const auto& row : table.rows) measure(row);
  const auto padded = [&](const std::vector<std::string>& row, std::size_t i) {
    const std::string gap(widths[i] - characters(row[i]), ' ');
    return i == 0 ? row[i] + gap : gap + row[i];
  };
  std::string out;
  for (std::size_t first = 1; first <= table.header.size();) {
    std::size_t end = first, width = 2 + widths[0];
    while (end < widths.size() && (end == first || width + 2 + widths[end] <= page_columns))
      width += 2 + widths[end++];
    const auto part = [&](const std::vector<std::string>& row) {
      std::string text = "  " + padded(row, 0);
      for (std::size_t i = first; i < end; ++i) text += "  " + padded(row, i);
      return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
    };
    out += (first > 1 ? "\n" : "") + part(table.header);
    for (const auto& row : table.rows) out += part(row);
    if (end >= widths.size()) break;
    first = end;
  }
  return out;
}

struct Terminal {
  std::string operator()(const Heading& h) const {
    return "\n" + h.text + "\n" + std::string(characters(h.text), h.level == 1 ? '=' : '-') + "\n";
  }
  std::string operator()(const Paragraph& p) const { return wrapped(p.text, "  "); }
  std::string operator()(const Item& i) const { return wrapped(i.text, "  - "); }
  std::string operator()(const Code& c) const {
    if (c.long_one) return "";
    std::string out = "    ";
    for (const char x : c.text) out += x == '\n' ? std::string("\n    ") : std::string(1, x);
    while (out.ends_with(' ') || out.ends_with('\n')) out.pop_back();
    return out + "\n\n";
  }
  std::string operator()(const Table& t) const { return aligned(t); }
};

template <class Render>
std::string render(std::string_view document, Render render) {
  std::string out;
  bool item = false;
  for (const Block& block : blocks_of(json::parse(document))) {
    if (item && !std::holds_alternative<Item>(block)) out += "\n";
    item = std::holds_alternative<Item>(block);
    out += std::visit(render, block);
  }
  return out;
}

}  // namespace

std::string markdown_report(std::string_view document) { return render(document, Markdown()); }

std::string terminal_report(std::string_view document) { return render(document, Terminal()); }

std::string terminal_answer(std::string_view document) {
  const json d = json::parse(document);
  std::string out;
  const bool two = d.contains("studies");
  for (const json& one : two ? d["studies"] : json::array({d})) {
    if (two) out += (out.empty() ? "" : "\n") + wrapped("Study " + plain(one.at("study").at("name")), "");
    for (const json& sentence : one.at("answer").at("sentences")) out += wrapped(plain(sentence), "");
    for (const json& w : one.at("warnings"))
      if (w["severity"] == "serious") out += wrapped(plain(w["text"]) + " " + plain(w["advice"]), "Beware: ");
  }
  return out;
}

std::string comparison_document(std::string_view first, std::string_view second) {
  return ordered_json{{"format", "tailor-study-comparison"},
                      {"version", 4},
                      {"studies", {ordered_json::parse(first), ordered_json::parse(second)}}}
      .dump();
}

}  // namespace tailor
