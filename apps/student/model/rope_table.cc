#include "model/rope_table.h"

#include <cmath>
#include <numbers>

namespace student {

std::vector<float> rope_frequencies(const Config& c) {
  std::vector<float> out;
  for (std::int32_t i = 0; i < c.head_dim; i += 2) {
    double f = 1 / std::pow(static_cast<double>(c.rope_theta), static_cast<double>(i) / c.head_dim);
    const RopeScaling& s = c.rope_scaling;
    if (s.llama3) {
      const double wavelength = 2 * std::numbers::pi / f, context = s.original_context;
      const double low = context / static_cast<double>(s.low_freq_factor);
      const double high = context / static_cast<double>(s.high_freq_factor);
      if (wavelength > low) {
        f /= static_cast<double>(s.factor);
      } else if (wavelength >= high) {
        const double keep = (context / wavelength - static_cast<double>(s.low_freq_factor)) /
                            static_cast<double>(s.high_freq_factor - s.low_freq_factor);
        f = (1 - keep) * f / static_cast<double>(s.factor) + keep * f;
      }
    }
    out.push_back(static_cast<float>(f));
  }
  return out;
}

RopeTable rope_table(const Config& config, std::int64_t positions) {
  const std::vector<float> frequencies = rope_frequencies(config);
  RopeTable table;
  for (std::int64_t p = 0; p < positions; ++p) {
    for (const float f : frequencies) {
      const double angle = static_cast<double>(static_cast<float>(p) * f);
      table.cos.push_back(static_cast<float>(std::cos(angle)));
      table.sin.push_back(static_cast<float>(std::sin(angle)));
    }
  }
  return table;
}

}  // namespace student
