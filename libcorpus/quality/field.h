// One scalar of a record: a label, a score.
#ifndef CORPUS_QUALITY_FIELD_H_
#define CORPUS_QUALITY_FIELD_H_

#include "json/field.h"

namespace corpus::quality {

using json::Field;
using json::to_number;

}  // namespace corpus::quality

#endif  // CORPUS_QUALITY_FIELD_H_
