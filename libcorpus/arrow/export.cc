#include <cstring>
#include <string_view>
#include <vector>

#include "corpus/arrow.h"

namespace corpus::arrow {
namespace {

// --- schema: a static tree, so that releasing it is only forgetting it

struct Node {
  ArrowSchema schema{};
  std::vector<std::unique_ptr<Node>> children;
  std::vector<ArrowSchema*> pointers;
};

std::unique_ptr<Node> node(const char* format, const char* name, bool nullable) {
  auto out = std::make_unique<Node>();
  out->schema.format = format;
  out->schema.name = name;
  out->schema.flags = nullable ? ARROW_FLAG_NULLABLE : 0;
  return out;
}

void forget(ArrowSchema* schema) {
  // Children are released with their parent, or before it by a consumer that moved them away.
  for (std::int64_t i = 0; i < schema->n_children; ++i) {
    if (schema->children[i]->release != nullptr) schema->children[i]->release(schema->children[i]);
  }
  delete static_cast<Node*>(schema->private_data);
  schema->release = nullptr;
}

void forget_child(ArrowSchema* schema) {
  for (std::int64_t i = 0; i < schema->n_children; ++i) {
    if (schema->children[i]->release != nullptr) schema->children[i]->release(schema->children[i]);
  }
  schema->release = nullptr;
}

void close_tree(Node& at, bool root) {
  for (auto& child : at.children) {
    close_tree(*child, false);
    at.pointers.push_back(&child->schema);
  }
  at.schema.n_children = static_cast<std::int64_t>(at.children.size());
  at.schema.children = at.pointers.data();
  at.schema.private_data = &at;
  at.schema.release = root ? forget : forget_child;
}

// --- arrays

// One array and what it owns. Children belong to the root: a moved child would outlive it, so each owns itself.
struct Column {
  ArrowArray array{};
  std::vector<std::int32_t> offsets;
  std::string bytes;
  std::vector<std::uint8_t> valid;  // bitmap; empty: all are
  const void* buffers[3] = {};
  std::vector<ArrowArray*> children;
};

void release_array(ArrowArray* array) {
  auto* column = static_cast<Column*>(array->private_data);
  for (std::int64_t i = 0; i < array->n_children; ++i) {
    ArrowArray* child = array->children[i];
    if (child->release != nullptr) child->release(child);
    delete child;
  }
  delete column;
  array->release = nullptr;
}

// Moves the column to the heap and makes `out` its array.
void publish(Column&& column, std::int64_t length, int buffers, ArrowArray* out) {
  auto* owned = new Column(std::move(column));
  int at = 0;
  owned->buffers[at++] = owned->valid.empty() ? nullptr : owned->valid.data();
  if (buffers > 1) owned->buffers[at++] = owned->offsets.data();
  if (buffers > 2) owned->buffers[at++] = owned->bytes.data();
  out->length = length;
  out->null_count = owned->array.null_count;
  out->offset = 0;
  out->n_buffers = buffers;
  out->buffers = owned->buffers;
  out->n_children = static_cast<std::int64_t>(owned->children.size());
  out->children = owned->children.data();
  out->dictionary = nullptr;
  out->private_data = owned;
  out->release = release_array;
}

ArrowArray* heap() { return new ArrowArray{}; }

class Strings {
 public:
  Strings() { column_.offsets.push_back(0); }
  void reserve(std::size_t bytes) { column_.bytes.reserve(bytes); }
  void add(std::string_view text) {
    column_.bytes.append(text);
    column_.offsets.push_back(static_cast<std::int32_t>(column_.bytes.size()));
    ++count_;
  }
  void add_or_null(std::string_view text) {
    if (text.empty()) null_at(count_);
    add(text);
  }
  ArrowArray* finish() {
    if (!column_.valid.empty()) column_.valid.resize(static_cast<std::size_t>(count_ + 7) / 8, 0xff);
    ArrowArray* out = heap();
    publish(std::move(column_), count_, 3, out);
    return out;
  }

 private:
  void null_at(std::int64_t row) {
    auto byte = static_cast<std::size_t>(row / 8);
    if (column_.valid.size() <= byte) column_.valid.resize(byte + 1, 0xff);
    column_.valid[byte] &= static_cast<std::uint8_t>(~(1u << (row % 8)));
    ++column_.array.null_count;
  }

  Column column_;
  std::int64_t count_ = 0;
};

}  // namespace

void export_schema(ArrowSchema* out) {
  auto root = node("+s", "", false);
  root->children.push_back(node("u", "id", true));
  root->children.push_back(node("u", "teacher", true));
  root->children.push_back(node("u", "shape", false));
  auto turns = node("+l", "turns", false);
  auto item = node("+s", "item", false);
  item->children.push_back(node("u", "role", false));
  item->children.push_back(node("u", "text", false));
  turns->children.push_back(std::move(item));
  root->children.push_back(std::move(turns));
  root->children.push_back(node("u", "json", false));
  close_tree(*root, true);
  Node* kept = root.release();
  *out = kept->schema;
}

void export_batch(const Delivered& delivered, ArrowArray* out) {
  Strings ids, teachers, shapes, roles, texts, lines;
  Column turns;
  turns.offsets.push_back(0);
  std::int64_t rows = 0;
  std::int32_t turn_count = 0;
  std::string_view rest = delivered.lines;
  lines.reserve(rest.size());
  for (const auto& record : delivered.batch->records) {
    if (record.drop) continue;
    ids.add_or_null(record.id);
    teachers.add_or_null(record.teacher);
    shapes.add(name(record.shape));
    for (const auto& turn : record.turns) {
      roles.add(name(turn.role));
      texts.add(turn.text);
      ++turn_count;
    }
    turns.offsets.push_back(turn_count);
    auto end = rest.find('\n');
    lines.add(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    ++rows;
  }
  Column item;
  item.children = {roles.finish(), texts.finish()};
  ArrowArray* items = heap();
  publish(std::move(item), turn_count, 1, items);
  turns.children = {items};
  ArrowArray* list = heap();
  publish(std::move(turns), rows, 2, list);
  Column root;
  root.children = {ids.finish(), teachers.finish(), shapes.finish(), list, lines.finish()};
  publish(std::move(root), rows, 1, out);
}

}  // namespace corpus::arrow
