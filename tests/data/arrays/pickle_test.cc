#include "tailor/data/arrays/pickle.h"

#include "data/arrays/array_files.h"

namespace tailor {
namespace {

using test::expect_error;
using test::from_hex;
using Bytes = std::vector<std::uint8_t>;
using Labels = std::vector<std::uint16_t>;

// pickle.dumps({'data': numpy.array([[0, 1, 2], [253, 254, 255]], dtype=numpy.uint8), 'labels': [0, 300],
// 'names': ['a\n', 'é']}, protocol), by Python 3.11 and NumPy 1.24.
constexpr const char* by_protocol[] = {
    "286470300a56646174610a70310a636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e7374727563740a"
    "70320a28636e756d70790a6e6461727261790a70330a2849300a7470340a635f636f646563730a656e636f64650a70350a28"
    "56620a70360a566c6174696e310a70370a7470380a5270390a747031300a527031310a2849310a2849320a49330a74703132"
    "0a636e756d70790a64747970650a7031330a285675310a7031340a4930300a4930310a747031350a527031360a2849330a56"
    "7c0a7031370a4e4e4e492d310a492d310a49300a747031380a624930300a67350a28565c75303030300102fdfeff0a703139"
    "0a67370a747032300a527032310a747032320a6273566c6162656c730a7032330a286c7032340a49300a61493330300a6173"
    "566e616d65730a7032350a286c7032360a56615c75303030610a7032370a6156e90a7032380a61732e",
    "7d7100285804000000646174617101636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e737472756374"
    "0a710228636e756d70790a6e6461727261790a7103284b00747104635f636f646563730a656e636f64650a71052858010000"
    "0062710658060000006c6174696e31710774710852710974710a52710b284b01284b024b0374710c636e756d70790a647479"
    "70650a710d2858020000007531710e4930300a4930310a74710f527110284b0358010000007c71114e4e4e4affffffff4aff"
    "ffffff4b00747112624930300a6805285809000000000102c3bdc3bec3bf711368077471145271157471166258060000006c"
    "6162656c7371175d7118284b004d2c016558050000006e616d657371195d711a285802000000610a711b5802000000c3a971"
    "1c65752e",
    "80027d7100285804000000646174617101636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e73747275"
    "63740a7102636e756d70790a6e6461727261790a71034b00857104635f636f646563730a656e636f64650a71055801000000"
    "62710658060000006c6174696e31710786710852710987710a52710b284b014b024b0386710c636e756d70790a6474797065"
    "0a710d58020000007531710e898887710f527110284b0358010000007c71114e4e4e4affffffff4affffffff4b0074711262"
    "8968055809000000000102c3bdc3bec3bf711368078671145271157471166258060000006c6162656c7371175d7118284b00"
    "4d2c016558050000006e616d657371195d711a285802000000610a711b5802000000c3a9711c65752e",
    "80037d7100285804000000646174617101636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e73747275"
    "63740a7102636e756d70790a6e6461727261790a71034b008571044301627105877106527107284b014b024b03867108636e"
    "756d70790a64747970650a710958020000007531710a898887710b52710c284b0358010000007c710d4e4e4e4affffffff4a"
    "ffffffff4b0074710e62894306000102fdfeff710f7471106258060000006c6162656c7371115d7112284b004d2c01655805"
    "0000006e616d657371135d7114285802000000610a71155802000000c3a9711665752e",
    "800495c3000000000000007d94288c0464617461948c156e756d70792e636f72652e6d756c74696172726179948c0c5f7265"
    "636f6e7374727563749493948c056e756d7079948c076e6461727261799493944b0085944301629487945294284b014b024b"
    "03869468058c0564747970659493948c02753194898887945294284b038c017c944e4e4e4affffffff4affffffff4b007494"
    "62894306000102fdfeff947494628c066c6162656c73945d94284b004d2c01658c056e616d6573945d94288c02610a948c02"
    "c3a99465752e",
    "800595ae000000000000007d94288c0464617461948c126e756d70792e636f72652e6e756d65726963948c0b5f66726f6d62"
    "756666657294939428960600000000000000000102fdfeff948c056e756d7079948c0564747970659493948c027531948988"
    "87945294284b038c017c944e4e4e4affffffff4affffffff4b007494624b024b0386948c014394749452948c066c6162656c"
    "73945d94284b004d2c01658c056e616d6573945d94288c02610a948c02c3a99465752e"};

// {'labels': [numpy.int64(7), numpy.uint8(9)], 'data': numpy.asfortranarray(numpy.array([[1, 2], [3, 4]],
// dtype='>i4'))}, protocols 2 and 5.
constexpr const char* with_scalars[] = {
    "80027d71002858060000006c6162656c7371015d710228636e756d70792e636f72652e6d756c746961727261790a7363616c"
    "61720a7103636e756d70790a64747970650a71045802000000693871058988877106527107284b0358010000003c71084e4e"
    "4e4affffffff4affffffff4b0074710962635f636f646563730a656e636f64650a710a58080000000700000000000000710b"
    "58060000006c6174696e31710c86710d52710e86710f527110680368045802000000753171118988877112527113284b0358"
    "010000007c71144e4e4e4affffffff4affffffff4b0074711562680a5801000000097116680c86711752711886711952711a"
    "65580400000064617461711b636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e7374727563740a711c"
    "636e756d70790a6e6461727261790a711d4b0085711e680a580100000062711f680c867120527121877122527123284b014b"
    "024b0286712468045802000000693471258988877126527127284b0358010000003e71284e4e4e4affffffff4affffffff4b"
    "007471296288680a581000000000000001000000030000000200000004712a680c86712b52712c74712d62752e",
    "80059525010000000000007d94288c066c6162656c73945d94288c156e756d70792e636f72652e6d756c7469617272617994"
    "8c067363616c61729493948c056e756d7079948c0564747970659493948c02693894898887945294284b038c013c944e4e4e"
    "4affffffff4affffffff4b00749462430807000000000000009486945294680568088c02753194898887945294284b038c01"
    "7c944e4e4e4affffffff4affffffff4b007494624301099486945294658c0464617461948c126e756d70792e636f72652e6e"
    "756d65726963948c0b5f66726f6d627566666572949394289610000000000000000000000100000003000000020000000494"
    "68088c02693494898887945294284b038c013e944e4e4e4affffffff4affffffff4b007494624b024b0286948c0146947494"
    "5294752e"};

// A dictionary of one entry.
std::string entry(const std::string& value) { return "}U\x01" + ("k" + value) + "s."; }

void refused(const std::string& content, const std::vector<std::string>& parts) {
  expect_error(ExitCode::bad_input, parts, [&] { Pickle("a pickle", content); });
}

TEST(Pickle, ReadsWhatPythonWritesInEachProtocol) {
  for (const char* hex : by_protocol) {
    const std::string content = from_hex(hex);
    const Pickle pickle("a pickle", content);
    const WholeArray<std::uint8_t> data = pickle.pixels("data");
    EXPECT_EQ(data.shape, (ArrayShape{2, 3}));
    EXPECT_EQ(data.values, (Bytes{0, 1, 2, 253, 254, 255}));
    EXPECT_EQ(pickle.labels("labels"), (Labels{0, 300}));
    EXPECT_EQ(pickle.texts("names"), (std::vector<std::string>{"a\n", "é"}));
    EXPECT_TRUE(pickle.has("names"));
    EXPECT_FALSE(pickle.has("name"));
  }
}

TEST(Pickle, ReadsNumPysNumbersAndEveryOrder) {
  for (const char* hex : with_scalars) {
    std::string content = from_hex(hex);
    const Pickle pickle("a pickle", content);
    EXPECT_EQ(pickle.labels("labels"), (Labels{7, 9}));
    EXPECT_EQ(pickle.pixels("data").values, (Bytes{1, 2, 3, 4}));
  }
}

TEST(Pickle, ReadsNumPy2sNames) {
  std::string content = from_hex(by_protocol[2]);
  content.replace(content.find("numpy.core"), 10, "numpy._core");
  EXPECT_EQ(Pickle("a pickle", content).pixels("data").values.size(), 6u);
}

TEST(Pickle, ReadsWhatPython2Wrote) {
  const std::string content = test::pickled_batch("abcdef", {1, 2});
  const Pickle pickle("a pickle", content);
  EXPECT_EQ(pickle.pixels("data").shape, (ArrayShape{2, 3}));
  EXPECT_EQ(pickle.pixels("data").values[5], 'f');
  EXPECT_EQ(pickle.labels("labels"), (Labels{1, 2}));
  const std::string names = "(dp1\nS'label_names'\np2\n(lp3\nS\"it's\\x21\\n\"\np4\nag4\nas.";
  EXPECT_EQ(Pickle("a pickle", names).texts("label_names"), (std::vector<std::string>{"it's!\n", "it's!\n"}));
}

// Each of these would run a command where a pickle is loaded as Python loads it.
TEST(Pickle, RunsNothing) {
  refused("cos\nsystem\n(S'touch x'\ntR.", {"a pickle", "byte 0", "would run os.system: refused"});
  refused("cposix\nsystem\n(S'touch x'\ntR.", {"would run posix.system: refused"});
  refused(
      "\x80\x04\x8c\x08"
      "builtins\x8c\x04"
      "eval\x93\x8c\x01"
      "1\x85R.",
      {"would run builtins.eval: refused"});
  refused("(S'touch x'\nios\nsystem\n.", {"would run os.system: refused"});
  refused("(cos\nsystem\nS'touch x'\no.", {"would run os.system: refused"});
  refused("cnumpy\nload\n(S'x'\ntR.", {"would run numpy.load: refused"});
  refused("cnumpy.core.multiarray\nfromfile\n.", {"would run numpy.core.multiarray.fromfile: refused"});
  refused("cnumpy\nndarray\n)\x81.", {"would run the constructor of an object"});
  refused("Pos.system\n.", {"persistent"});
  refused("\x82\x01.", {"would run an extension"});
  refused("cos\x1b[2J\nsys\ntem.", {"would run os?[2J.sys"});
  // NumPy's names, but not as NumPy uses them.
  refused(entry("cnumpy\nndarray\n)R"), {"as NumPy writes them"});
  refused(entry("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\ntR"), {"expected a NumPy array"});
  refused(entry("]}b"), {"state"});
  refused(entry("](K\x01tb"), {"would run code that builds an object"});
}

TEST(Pickle, SaysWhatIsNoDataSet) {
  refused("", {"expected 1 more bytes"});
  refused("].", {"a dictionary"});
  refused("<html>", {"opcode", "0x3c"});
  refused("\x80\x06.", {"protocol 0 to 5, got 6"});
  refused("(U\x01kd.", {"a value for each key"});
  refused("a.", {"value on the stack"});
  refused("e.", {"mark"});
  refused("h\x05.", {"5 of the memo"});
  refused("\x8f.", {"a set"});
  refused("I5x\n.", {"whole number"});
  refused(std::string("\x8a\x09", 2) + std::string(9, '\1') + ".", {"64 bits", "9 bytes"});
  const std::string content = test::pickled_batch("abcdef", {1, 2});
  const Pickle pickle("a pickle", content);
  expect_error(ExitCode::bad_input, {"a pickle", "key 'fine_labels'", "batch_label, labels, data"},
               [&] { (void)pickle.labels("fine_labels"); });
  expect_error(ExitCode::bad_input, {"'labels'", "a NumPy array", "a list"},
               [&] { (void)pickle.pixels("labels"); });
  expect_error(ExitCode::bad_input, {"'data'", "a list of texts"}, [&] { (void)pickle.texts("data"); });
  expect_error(ExitCode::bad_input, {"'batch_label'", "whole numbers", "a text"},
               [&] { (void)pickle.labels("batch_label"); });
  std::string floats = content;
  floats.replace(floats.find("u1K"), 2, "O8");
  refused(floats, {"type 'O8'"});
}

// Small files that ask for much.
TEST(Pickle, RefusesBombs) {
  const auto repeated = [](const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
  };
  refused(repeated("]", 3'000'000) + ".", {"at most 1000000 values"});
  refused(repeated("(", 9'000'000), {"at most 8000000 steps"});
  refused("]" + repeated("2", 9'000'000), {"at most 8000000 steps"});
  refused("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f}.", {"a frame of 9223372036854775807 bytes"});
  refused("\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", {"expected 18446744073709551615 more bytes"});
  refused(
      "}r\xff\xff\xff\xff"
      "h\x01.",
      {"memo"});  // a place in the memo costs nothing
  // One text, copied by each of many calls.
  const std::string big = "\x80\x02X" + test::little_endian(1'000'000, 4) + std::string(1'000'000, 'x') +
                          "q\x01"
                          "0";
  refused(big +
              "c_codecs\nencode\nq\x02"
              "0" +
              repeated("h\x02h\x01U\x06latin1\x86R0", 1000),
          {"copied again"});
  // A tuple of a million, which each of many calls takes.
  refused("]q\x01(" + repeated("h\x01", 1'000'000) + "tq\x02" + repeated("c_codecs\nencode\nh\x02R0", 1000),
          {"as NumPy writes them"});
  // A list within itself, and lists in lists: never walked through.
  const std::string nested = "}U\x01k" + repeated("]", 500'000) + repeated("a", 499'999) + "s.";
  EXPECT_TRUE(Pickle("a pickle", nested).has("k"));
  const std::string circle = "}q\x01U\x01kh\x01s.";
  EXPECT_TRUE(Pickle("a pickle", circle).has("k"));
  std::string shape = test::pickled_batch("abcdef", {1, 2});
  shape.replace(shape.find("(K\x01J") + 4, 4, "\xff\xff\xff\x7f");
  refused(shape, {"expected 6442450941 bytes", "got 6"});
}

TEST(Pickle, SurvivesEveryFlippedByteAndEveryLength) {
  for (const std::string& content :
       {from_hex(by_protocol[0]), from_hex(by_protocol[2]), from_hex(by_protocol[5]),
        from_hex(with_scalars[0]), test::pickled_batch("abcdef", {1, 2})}) {
    const test::Survived result = test::survive_damage(content, [](const std::string& damaged) {
      const Pickle pickle("a pickle", damaged);
      EXPECT_LE(pickle.labels("labels").size(), damaged.size());
      EXPECT_LE(pickle.pixels("data").values.size(), damaged.size());
    });
    EXPECT_GT(result.refused, 0);
    EXPECT_EQ(result.taken_when_cut, 0);
  }
}

}  // namespace
}  // namespace tailor
