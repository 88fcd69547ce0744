# awk -v known="INVENTORY LIMIT" -f near.awk: prints those variables of the environment that are one of these, mistyped: within so many edits
# as a third of the name has letters, or in small letters.
BEGIN {
  count = split(known, names, " ")
  for (name in ENVIRON)
    for (place = 1; place <= count; place++)
      if (index(" " known " ", " " name " ") == 0 && is_near(toupper(name), names[place])) { print name; break }
}

function is_near(name, wanted,    most) {
  # INVENTORY_ID, ULIMIT and the like belong to others.
  if (index(name, wanted "_") == 1 || (length(name) > length(wanted) && substr(name, length(name) - length(wanted) + 1) == wanted)) return 0
  most = int(length(wanted) / 3)
  return length(name) - length(wanted) <= most && length(wanted) - length(name) <= most && edits(name, wanted) <= most
}

# A letter that is missing, too many or another one is one edit; so are two letters in the wrong order.
function edits(one, other,    row, column, least, table) {
  for (row = 0; row <= length(one); row++)
    for (column = 0; column <= length(other); column++) {
      least = row && column ? table[row - 1, column - 1] + (letter(one, row) != letter(other, column)) : row + column
      if (row && column && table[row - 1, column] < least) least = table[row - 1, column] + 1
      if (row && column && table[row, column - 1] < least) least = table[row, column - 1] + 1
      if (row > 1 && column > 1 && letter(one, row) == letter(other, column - 1) && letter(one, row - 1) == letter(other, column) \
          && table[row - 2, column - 2] < least) least = table[row - 2, column - 2] + 1
      table[row, column] = least
    }
  return table[length(one), length(other)]
}

function letter(text, place) { return substr(text, place, 1) }
