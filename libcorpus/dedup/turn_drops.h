// scope: turn. Each turn of a record is a document of its own, whoever's it is, and what goes is a
// whole record: one of which every turn that is compared is also in a record that stays.
//
// So no turn is lost: of equal (or similar) turns one stays, and so does its record with all it says.
// A record that repeats itself only is kept. Turns without text, or of less than one shingle, are
// not compared: they neither keep nor drop their record, and one without any other turn is kept.
#ifndef CORPUS_DEDUP_TURN_DROPS_H_
#define CORPUS_DEDUP_TURN_DROPS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "corpus/component.h"
#include "corpus/record.h"
#include "dedup/evidence.h"
#include "dedup/position_list.h"

namespace corpus {

// How many turns of a record are compared. One worker's.
using CountTurns = std::function<std::size_t(const Record&)>;

// The Map that drops records with as many items in the list as turns that are compared. An item is a
// turn that another one stays for; the evidence is that of the item whose survivor comes first.
std::unique_ptr<Map> drop_repeated_turns(std::unique_ptr<PositionList<Drop>> list, Reason reason,
                                         std::string_view method,
                                         std::function<CountTurns()> new_counter);

}  // namespace corpus

#endif  // CORPUS_DEDUP_TURN_DROPS_H_
