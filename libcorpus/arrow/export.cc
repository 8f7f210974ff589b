#include <cstring>
#include <memory>
#include <span>
#include <string>
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

// Calls `see` for every record of the batch that is still there; gives their number.
template <typename See>
std::int64_t each_kept(const Batch& batch, See see) {
  std::int64_t rows = 0;
  for (const auto& record : batch.records) {
    if (record.drop) continue;
    see(record);
    ++rows;
  }
  return rows;
}

ArrowArray* export_turns(const Batch& batch) {
  Strings roles, texts;
  Column turns;
  turns.offsets.push_back(0);
  std::int32_t count = 0;
  std::int64_t rows = each_kept(batch, [&](const Record& record) {
    for (const auto& turn : record.turns) {
      roles.add(name(turn.role));
      texts.add(turn.text);
      ++count;
    }
    turns.offsets.push_back(count);
  });
  Column item;
  item.children = {roles.finish(), texts.finish()};
  ArrowArray* items = heap();
  publish(std::move(item), count, 1, items);
  turns.children = {items};
  ArrowArray* list = heap();
  publish(std::move(turns), rows, 2, list);
  return list;
}

ArrowArray* export_json(std::string_view rest) {
  Strings lines;
  lines.reserve(rest.size());
  while (!rest.empty()) {
    auto end = rest.find('\n');
    lines.add(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return lines.finish();
}

ArrowArray* export_column(std::string_view column, const Delivered& delivered) {
  if (column == "json") return export_json(delivered.lines);
  if (column == "turns") return export_turns(*delivered.batch);
  Strings out;
  each_kept(*delivered.batch, [&](const Record& record) {
    if (column == "id") {
      out.add_or_null(record.id);
    } else if (column == "teacher") {
      out.add_or_null(record.teacher);
    } else {
      out.add(name(record.shape));
    }
  });
  return out.finish();
}

std::unique_ptr<Node> schema_of(const std::string& column) {
  if (column == "id") return node("u", "id", true);
  if (column == "teacher") return node("u", "teacher", true);
  if (column == "shape") return node("u", "shape", false);
  if (column == "json") return node("u", "json", false);
  auto turns = node("+l", "turns", false);
  auto item = node("+s", "item", false);
  item->children.push_back(node("u", "role", false));
  item->children.push_back(node("u", "text", false));
  turns->children.push_back(std::move(item));
  return turns;
}

}  // namespace

std::vector<std::string> columns_of(const Recipe& recipe) {
  auto asked = recipe.output.strings("columns");
  return asked.empty() ? std::vector<std::string>{"id", "teacher", "shape", "turns", "json"} : asked;
}

void export_schema(std::span<const std::string> columns, ArrowSchema* out) {
  auto root = node("+s", "", false);
  for (const auto& column : columns) root->children.push_back(schema_of(column));
  close_tree(*root, true);
  Node* kept = root.release();
  *out = kept->schema;
}

void export_batch(std::span<const std::string> columns, const Delivered& delivered, ArrowArray* out) {
  Column root;
  for (const auto& column : columns) root.children.push_back(export_column(column, delivered));
  std::int64_t rows = each_kept(*delivered.batch, [](const Record&) {});
  publish(std::move(root), rows, 1, out);
}

}  // namespace corpus::arrow
