// The smallest program that uses tailor as a library.
#include <exception>
#include <iostream>

#include "tailor/train/hyperparameters.h"

int main() {
  try {
    const tailor::Settings settings = tailor::default_settings(tailor::Architecture{});
    std::cout << settings.optimizer << ' ' << settings.learning_rate << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
