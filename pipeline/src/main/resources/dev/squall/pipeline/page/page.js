"use strict";
// Tables are read without this; it only sorts them.
document.querySelectorAll("table.sortable").forEach(function (table) {
  var heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach(function (head, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", function () {
      var down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var rows = Array.from(table.tBodies[0].rows);
      rows.sort(function (a, b) { return compare(a.cells[column], b.cells[column], down); });
      table.tBodies[0].append.apply(table.tBodies[0], rows);
    });
  });
});
// Numbers by value and before text; what has no number stays at the end either way.
function compare(a, b, down) {
  var x = parseFloat(a.dataset.value);
  var y = parseFloat(b.dataset.value);
  var sign = down ? -1 : 1;
  if (!isNaN(x) || !isNaN(y)) {
    return isNaN(x) ? 1 : isNaN(y) ? -1 : sign * (x - y);
  }
  return sign * a.textContent.localeCompare(b.textContent, "en", { numeric: true });
}
