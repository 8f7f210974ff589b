#include "tokens/chat_format.h"

#include <array>

namespace corpus::tokens {
namespace {

using Bos = ChatFormat::Bos;
using Side = ChatFormat::Side;

constexpr Side kNone{{}, {}, false};
constexpr std::array<std::string_view, 2> kChatml{"<|im_start|>", "<|im_end|>"};
constexpr std::array<std::string_view, 3> kLlama3{"<|start_header_id|>", "<|end_header_id|>",
                                                  "<|eot_id|>"};
constexpr std::array<std::string_view, 2> kGemma{"<start_of_turn>", "<end_of_turn>"};
constexpr std::array<std::string_view, 2> kMistral{"[INST]", "[/INST]"};
constexpr std::array<std::string_view, 3> kZephyr{"<|system|>", "<|user|>", "<|assistant|>"};

constexpr std::array<ChatFormat, 7> kFormats{{
    {.name = "chatml",  // Qwen 2, SmolLM 2; without the system text that those put in by themselves
     .needed = kChatml,
     .optional = {},
     .bos = Bos::kNever,
     .first = "",
     .between = "",
     .system = {"<|im_start|>system\n", "<|im_end|>\n"},
     .user = {"<|im_start|>user\n", "<|im_end|>\n"},
     .assistant = {"<|im_start|>assistant\n", "<|im_end|>\n"},
     .tool = {"<|im_start|>tool\n", "<|im_end|>\n"},
     .lead = "",
     .fold_system = false,
     .trim = false},
    {.name = "llama3",
     .needed = kLlama3,
     .optional = {},
     .bos = Bos::kRequired,
     .first = "",
     .between = "",
     .system = {"<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"},
     .user = {"<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"},
     .assistant = {"<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"},
     .tool = {"<|start_header_id|>ipython<|end_header_id|>\n\n", "<|eot_id|>"},
     .lead = "",
     .fold_system = false,
     .trim = true},
    {.name = "gemma",
     .needed = kGemma,
     .optional = {},
     .bos = Bos::kRequired,
     .first = "",
     .between = "",
     .system = kNone,
     .user = {"<start_of_turn>user\n", "<end_of_turn>\n"},
     .assistant = {"<start_of_turn>model\n", "<end_of_turn>\n"},
     .tool = kNone,
     .lead = "",
     .fold_system = true,
     .trim = true},
    {.name = "mistral",  // tokenizers v2 and v3, where [INST] is a token
     .needed = kMistral,
     .optional = {},
     .bos = Bos::kRequired,
     .first = "",
     .between = "",
     .system = kNone,
     .user = {"[INST] ", "[/INST]"},
     .assistant = {"", "{eos}"},
     .tool = kNone,
     .lead = " ",
     .fold_system = true,
     .trim = true},
    {.name = "zephyr",
     .needed = {},
     .optional = kZephyr,
     .bos = Bos::kNever,
     .first = "",
     .between = "",
     .system = {"<|system|>\n", "{eos}\n"},
     .user = {"<|user|>\n", "{eos}\n"},
     .assistant = {"<|assistant|>\n", "{eos}\n"},
     .tool = kNone,
     .lead = "",
     .fold_system = false,
     .trim = false},
    {.name = "alpaca",
     .needed = {},
     .optional = {},
     .bos = Bos::kIfThere,
     .first = "Below is an instruction that describes a task. "
              "Write a response that appropriately completes the request.\n\n",
     .between = "\n\n",
     .system = {"", "\n\n"},
     .user = {"### Instruction:\n", "\n\n"},
     .assistant = {"### Response:\n", "{eos}"},
     .tool = kNone,
     .lead = "",
     .fold_system = false,
     .trim = false},
    {.name = "plain",  // the texts, a line each; for continued pretraining and tests
     .needed = {},
     .optional = {},
     .bos = Bos::kIfThere,
     .first = "",
     .between = "",
     .system = {"", "\n"},
     .user = {"", "\n"},
     .assistant = {"", "{eos}"},
     .tool = {"", "\n"},
     .lead = "",
     .fold_system = false,
     .trim = false},
}};

}  // namespace

std::span<const ChatFormat> chat_formats() { return kFormats; }

}  // namespace corpus::tokens
