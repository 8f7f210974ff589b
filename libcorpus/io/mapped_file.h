// The library's name for corpus/mapped_file.h, which is installed.
#ifndef CORPUS_IO_MAPPED_FILE_H_
#define CORPUS_IO_MAPPED_FILE_H_

#include "corpus/mapped_file.h"

namespace corpus::io {

using corpus::MappedFile;

}  // namespace corpus::io

#endif  // CORPUS_IO_MAPPED_FILE_H_
