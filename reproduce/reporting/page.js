"use strict";
// Sorting, menus, the cell that is pointed at, copying. Without it the page is whole, but stands still.
(() => {
  const said = document.querySelector(".said");

  // What a cell is sorted by: its number if it begins with one, else its text; "-" goes last.
  function key(row, place) {
    const text = row.cells[place].textContent.trim();
    if (text === "" || text === "-") return null;
    const number = /^[~+-]?[\d,.]*\d(e[+-]?\d+)?/.exec(text);
    return number ? Number(number[0].replace(/[~,]|^\+/g, "")) : text.toLowerCase();
  }

  function compare(a, b) {
    if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b, "en");
    return typeof a === "number" ? -1 : 1;
  }

  function sort(table, head) {
    const place = head.cellIndex, body = table.tBodies[0];
    const order = { null: "ascending", ascending: "descending", descending: null };
    const next = order[head.getAttribute("aria-sort")];
    const rows = [...body.rows].map((row) => ({ row, key: key(row, place), at: Number(row.dataset.at) }));
    const sign = next === "descending" ? -1 : 1;
    rows.sort((a, b) => {
      if (next === null) return a.at - b.at;
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.at - b.at;
      return sign * compare(a.key, b.key) || a.at - b.at;
    });
    body.append(...rows.map((one) => one.row));
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    if (next) head.setAttribute("aria-sort", next);
    said.textContent = next ? `${head.textContent}: ${next}` : "in the order of the file";
  }

  for (const table of document.querySelectorAll("table.sorts")) {
    [...table.tBodies[0].rows].forEach((row, at) => { row.dataset.at = at; });
    table.tHead.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) sort(table, button.parentNode);
    });
  }

  // A menu above parts of which one is shown.
  for (const chooser of document.querySelectorAll(".chooser")) {
    const parts = [...chooser.children];
    const label = document.createElement("label"), menu = document.createElement("select");
    const groups = new Map();
    parts.forEach((part, index) => {
      const { group, name } = part.dataset;
      if (!groups.has(group)) {
        const several = parts.filter((one) => one.dataset.group === group).length > 1;
        const made = several ? document.createElement("optgroup") : menu;
        if (several) { made.label = group; menu.append(made); }
        groups.set(group, made);
      }
      groups.get(group).append(new Option(name ? `${group}: ${name}` : group, index));
      part.hidden = index > 0;
    });
    menu.addEventListener("change", () => {
      parts.forEach((part, index) => { part.hidden = index !== Number(menu.value); });
    });
    label.append(`Show ${chooser.dataset.label}`, menu);
    chooser.prepend(label);
    chooser.classList.add("live");
  }

  // The cell of a heat map that is pointed at, or gone to by the arrow keys.
  for (const map of document.querySelectorAll(".confusion svg")) {
    const names = JSON.parse(map.dataset.names), side = Number(map.dataset.side);
    const cursor = map.querySelector(".cursor"), frame = map.querySelector(".frame");
    const cell = map.closest("figure").querySelector(".cell");
    let counts = null, at = [0, 0];

    function show(column, row) {
      counts ??= map.dataset.counts.split(";").map((line) => line.split(" ").map(Number));
      at = [column, row];
      const all = counts[row].reduce((sum, count) => sum + count, 0), count = counts[row][column];
      const share = all ? `${(100 * count / all).toFixed(2)} % of ${all} pixels` : "no true pixel";
      cell.textContent = `true ${names[row]}, labelled ${names[column]}: ${count}, ${share}`;
      cursor.setAttribute("x", column * side);
      cursor.setAttribute("y", row * side);
      cursor.setAttribute("visibility", "visible");
    }

    map.addEventListener("pointermove", (event) => {
      const box = frame.getBoundingClientRect();
      const column = Math.floor(names.length * (event.clientX - box.left) / box.width);
      const row = Math.floor(names.length * (event.clientY - box.top) / box.height);
      if (Math.min(column, row) >= 0 && Math.max(column, row) < names.length) show(column, row);
    });
    map.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const [column, row] = at.map((place, axis) => {
        const moved = cursor.getAttribute("visibility") === "hidden" ? place : place + step[axis];
        return Math.min(Math.max(moved, 0), names.length - 1);
      });
      show(column, row);
    });
  }

  // Copies an entry; where there is no clipboard, marks it, so that the user can.
  async function copy(button) {
    const entry = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(entry.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(entry);
      button.textContent = document.execCommand("copy") ? "Copied" : "Marked: press Ctrl+C";
    }
    said.textContent = button.textContent;
  }
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }

  // A link into something folded opens it; what is folded is printed too.
  function unfold() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target?.closest("details");
    if (folded && !folded.open) { folded.open = true; target.scrollIntoView(); }
  }
  addEventListener("hashchange", unfold);
  unfold();
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details.made")) one.open = true;
  });
})();
