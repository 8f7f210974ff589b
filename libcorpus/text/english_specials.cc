#include "text/english_specials.h"

#include <bitset>
#include <initializer_list>

#include "base/hash.h"

namespace corpus::text {
namespace {

using Cuts = std::vector<std::uint32_t>;
using Table = std::unordered_map<std::string, Cuts>;

// Stems and what may follow each of them, tokens apart by +. An apostrophe may be missing or be the
// typographic one; the first letter may be a capital.
struct Contraction {
  std::string_view stems;
  std::string_view endings;
};
constexpr Contraction kContractions[] = {
    {"i", "'m 'm+a 'll 'll+'ve 'd 'd+'ve 've"},
    {"you we they", "'ll 'll+'ve 'd 'd+'ve 've 're"},
    {"he she it", "'ll 'll+'ve 'd 'd+'ve 's"},
    {"who what when where why how there", "'s 'll 'll+'ve 're 've 'd 'd+'ve"},
    {"that this", "'s 'll 'll+'ve 'd 'd+'ve"},
    {"these those", "'ll 'll+'ve 're 've 'd 'd+'ve"},
    {"ca could do does did had may might must need ought sha should wo would", "n't n't+'ve"},
    {"could might must should would not", "'ve"},
    {"ai are is was were have has dare", "n't"},
};
// Words that are no contractions when the apostrophe is missing.
constexpr std::string_view kWords[] = {"ill",   "Ill",   "its",  "Its",  "hell", "Hell",
                                       "shell", "Shell", "shed", "Shed", "were", "Were",
                                       "well",  "Well",  "whore", "Whore"};

// Cut as shown, with ' or the typographic apostrophe, as they stand.
constexpr std::string_view kCut =
    "y'+all y+all how+'d+'y How+'d+'y can+not Can+not gon+na Gon+na got+ta Got+ta let+'s Let+'s "
    "c'm+on C'm+on \u00B0+c+. \u00B0+f+. \u00B0+k+. \u00B0+C+. \u00B0+F+. \u00B0+K+.";

// Whole, with ' or the typographic apostrophe.
constexpr std::string_view kWhole =
    "' '' \\\") <space> C++ a. b. c. d. e. f. g. h. i. j. k. l. m. n. o. p. q. r. s. t. u. v. w. x. "
    "y. z. \u00E4. \u00F6. \u00FC. \u2014 \\n \\t 'S 's \u2018S \u2018s and/or w/o 're 'Cause 'cause 'cos 'Cos 'coz "
    "'Coz 'cuz 'Cuz 'bout ma'am Ma'am o'clock O'clock 'd a.m. p.m. em 'em ll 'll nuff 'nuff "
    "Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. "
    "Ind. Jan. Jul. Jun. Kan. Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. "
    "N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. Ore. Pa. S.C. Sep. Sept. Tenn. Va. Wash. Wis. Adm. Bros. "
    "co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. i.e. I.e. I.E. Inc. Jr. Ltd. Md. Messrs. Mo. "
    "Mont. Mr. Mrs. Ms. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s. "
    // Emoticons.
    ":) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= ]= :o) (o: :} :-} 8) 8-) (-8 ;) ;-) "
    "(; (-; :( :-( :(( :-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| =[ =] :1 "
    ":P :-P :p :-p :O :-O :o :-o :0 :-0 :() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x :D :-D ;D "
    ";-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^ >.< >.> <.< ._. ;_; -_- -__- v.v V.V v_v V_V o_o "
    "o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3 (^_^) (-_-) (._.) "
    "(>_<) (*_*) (\u00AC_\u00AC) \u0CA0_\u0CA0 \u0CA0\uFE35\u0CA0 (\u0CA0_\u0CA0) \u00AF\\(\u30C4)/\u00AF "
    "(\u256F\u00B0\u25A1\u00B0\uFF09\u256F\uFE35\u253B\u2501\u253B ><(((*>";
// Whole with and without an apostrophe at their end, also with a capital.
constexpr std::string_view kClipped = "doin goin nothin nuthin ol somethin lovin havin";

template <typename F>
void each_part(std::string_view list, F f) {
  while (!list.empty()) {
    std::size_t space = list.find(' ');
    f(list.substr(0, space));
    list.remove_prefix(space == std::string_view::npos ? list.size() : space + 1);
  }
}

class Builder {
 public:
  // Tokens apart by `mark`; every ' is replaced by `apostrophe`.
  void add(std::string_view marked, char mark, std::string_view apostrophe) {
    std::string word;
    Cuts cuts;
    for (char c : marked) {
      if (c == mark) {
        cuts.push_back(static_cast<std::uint32_t>(word.size()));
      } else if (c == '\'') {
        word += apostrophe;
      } else {
        word += c;
      }
    }
    cuts.push_back(static_cast<std::uint32_t>(word.size()));
    table.emplace(std::move(word), std::move(cuts));
  }
  void add_both(std::string_view marked, char mark) {
    add(marked, mark, "'");
    add(marked, mark, "\u2019");
  }

  Table table;
};

std::string capital(std::string_view word) {
  std::string out(word);
  out[0] = static_cast<char>(out[0] - 32);
  return out;
}

const Table& specials() {
  static const Table* table = [] {
    auto* out = new Builder;
    for (const auto& [stems, endings] : kContractions) {
      each_part(stems, [&, all = endings](std::string_view stem) {
        each_part(all, [&](std::string_view ending) {
          for (const std::string& first : {std::string(stem), capital(stem)}) {
            std::string marked = first + '+' + std::string(ending);
            out->add_both(marked, '+');
            out->add(marked, '+', "");
          }
        });
      });
    }
    for (std::string_view word : kWords) out->table.erase(std::string(word));
    each_part(kCut, [&](std::string_view word) { out->add_both(word, '+'); });
    for (int hour = 1; hour <= 12; ++hour) {
      for (const char* half : {"+a.m.", "+am", "+p.m.", "+pm"}) {
        out->add(std::to_string(hour) + half, '+', "'");
      }
    }
    constexpr char kNone = '\x01';
    each_part(kWhole, [&](std::string_view word) { out->add_both(word, kNone); });
    each_part(kClipped, [&](std::string_view word) {
      for (const std::string& w : {std::string(word), capital(word)}) {
        out->add(w, kNone, "");
        out->add_both(w + '\'', kNone);
      }
    });
    return &out->table;
  }();
  return *table;
}

// The same by hash, for looking up: nearly all words that are asked for are not there.
class Lookup {
 public:
  explicit Lookup(const Table& table) : slots_(kSlots) {
    for (const auto& entry : table) {
      std::size_t at = hash64(entry.first) & (kSlots - 1);
      while (slots_[at] != nullptr) at = (at + 1) & (kSlots - 1);
      slots_[at] = &entry;
      shapes_.set(shape(entry.first));
    }
  }
  const Cuts* find(std::string_view word) const {
    if (word.empty() || !shapes_[shape(word)]) return nullptr;
    for (std::size_t at = hash64(word) & (kSlots - 1); slots_[at] != nullptr; at = (at + 1) & (kSlots - 1)) {
      if (slots_[at]->first == word) return &slots_[at]->second;
    }
    return nullptr;
  }

 private:
  // What can be seen at a glance: most words look like no special.
  static std::size_t shape(std::string_view word) {
    auto byte = [](char c) { return static_cast<std::size_t>(static_cast<unsigned char>(c)); };
    return ((byte(word.front()) * 37 + byte(word.back())) * 41 + word.size()) % kShapes;
  }

  static constexpr std::size_t kShapes = 1 << 14;
  std::bitset<kShapes> shapes_;
  static constexpr std::size_t kSlots = 8192;  // six times what is in it
  std::vector<const Table::value_type*> slots_;
};

}  // namespace

const std::vector<std::uint32_t>* find_special(std::string_view word) {
  if (word.size() > kLongestSpecial) return nullptr;
  static const Lookup* lookup = new Lookup(specials());
  return lookup->find(word);
}

}  // namespace corpus::text
