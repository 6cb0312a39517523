// Lists of distinct items in the order in which they came.
#pragma once

#include <algorithm>
#include <vector>

namespace tailor {

// Appends the item unless it is there already. Whether it was not.
template <class Item>
bool add_once(std::vector<Item>& list, const Item& item) {
  if (std::find(list.begin(), list.end(), item) != list.end()) return false;
  list.push_back(item);
  return true;
}

}  // namespace tailor
