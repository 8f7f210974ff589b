// Keys in files and in the environment. A secret key is never in argv and never world-readable.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "corpus/provenance.h"
#include "io/file.h"
#include "provenance/key_pem.h"

namespace corpus::provenance {
namespace {

constexpr std::uint64_t kMaxKeyFile = 4096;

Error refused(const std::string& path, const std::string& what) {
  return {Code::kInvalidArgument, path + ": " + what};
}

// io::File::create() makes files that others may read, and overwrites: both are wrong for a key.
Result<void> write_new(const std::string& path, std::string_view bytes, mode_t mode) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0 && errno == EEXIST) {
    return refused(path, "exists already; a key is never overwritten, name another file");
  }
  if (fd < 0) return Error{Code::kIo, path + ": cannot be created: " + std::strerror(errno)};
  auto written = [&]() -> Result<void> {
    io::File file = io::File::adopt(fd, path);
    CORPUS_CHECK(file.write(bytes));
    return file.sync();
  }();
  ::close(fd);
  if (!written) (void)io::remove_file(path);
  return written;
}

}  // namespace

Result<SigningKey> create_key_file(const std::string& path) {
  if (io::exists(path + ".pub")) {
    return refused(path + ".pub", "exists already; a key is never overwritten, name another file");
  }
  CORPUS_TRY(SigningKey key, SigningKey::create());
  CORPUS_TRY(std::string pem, key.to_pem());
  auto written = write_new(path, pem, S_IRUSR | S_IWUSR);
  wipe(pem);
  CORPUS_CHECK(std::move(written));
  CORPUS_CHECK(write_new(path + ".pub", key.public_key().to_pem(), 0644));
  return key;
}

Result<SigningKey> read_key_file(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) {
    return Error{
        errno == ENOENT ? Code::kNotFound : Code::kIo,
        path + ": " + std::strerror(errno) + "; make a key with `corpus key create " + path + "`"};
  }
  if (!S_ISREG(info.st_mode)) return refused(path, "is no regular file");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return refused(path, "a secret key that others may read or write is not used; run `chmod 600 " +
                             path + "`, and make a new key if anyone may have read it");
  }
  CORPUS_TRY(std::string pem, io::read_all(path, kMaxKeyFile));
  auto key = SigningKey::from_pem(pem);
  wipe(pem);
  if (!key) return std::move(key).error().context(path);
  return key;
}

Result<SigningKey> key_from_environment(const std::string& name) {
  const char* pem = std::getenv(name.c_str());
  if (pem == nullptr || *pem == '\0') {
    return Error{Code::kNotFound, "the environment variable " + name +
                                      " is not set; it has to hold the PEM "
                                      "text of a key"};
  }
  auto key = SigningKey::from_pem(pem);
  if (!key) return std::move(key).error().context("environment variable " + name);
  return key;
}

Result<PublicKey> read_public_key(const std::string& path) {
  CORPUS_TRY(std::string pem, io::read_all(path, kMaxKeyFile));
  auto key = PublicKey::from_pem(pem);
  if (!key) return std::move(key).error().context(path);
  return key;
}

}  // namespace corpus::provenance
