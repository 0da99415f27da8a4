/* The desk: tables that sort by a click on a head, and the value under the pointer. Pages are whole without it. */
(function () {
    "use strict";
    function value(row, at) {
        var cell = row.cells[at], text = cell ? cell.firstChild && cell.querySelector(".interval") ? cell.firstChild.textContent : cell.textContent : "";
        var number = parseFloat(text.replace(/[,\s]/g, "").replace("\u2212", "-"));
        return isNaN(number) ? text.trim() : number;
    }
    function compare(a, b) {
        if (typeof a === "number" && typeof b === "number") return a - b;
        if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
        return a.localeCompare(b, document.documentElement.lang);
    }
    function sort(table, th, at) {
        var body = table.tBodies[0], down = th.getAttribute("aria-sort") === "ascending";
        Array.from(body.rows).map(function (row, i) { return { row: row, v: value(row, at), i: i }; }).sort(function (a, b) {
            var empty = (a.v === "") - (b.v === ""); /* what has no value stays below */
            return empty || (down ? compare(b.v, a.v) : compare(a.v, b.v)) || a.i - b.i;
        }).forEach(function (x) { body.appendChild(x.row); });
        table.querySelectorAll("[aria-sort]").forEach(function (x) { x.removeAttribute("aria-sort"); });
        th.setAttribute("aria-sort", down ? "descending" : "ascending");
    }
    document.querySelectorAll("table.sortable").forEach(function (table) {
        Array.from(table.tHead.rows[0].cells).forEach(function (th, at) {
            var button = document.createElement("button");
            button.type = "button";
            button.className = "sort";
            while (th.firstChild) button.appendChild(th.firstChild);
            th.appendChild(button);
            button.addEventListener("click", function () { sort(table, th, at); });
        });
    });

    var tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    tip.setAttribute("aria-hidden", "true"); /* the same stands in the mark's title */
    document.body.appendChild(tip);
    document.addEventListener("pointermove", function (e) {
        var mark = e.target.closest && e.target.closest(".c-likert rect, .c-dot, .c-fill");
        var title = mark && mark.querySelector("title"), text = title ? title.textContent : mark && mark.getAttribute("data-tip");
        if (title) { /* the browser's own would stand beside it */
            mark.setAttribute("data-tip", text);
            title.remove();
        }
        tip.hidden = !text;
        if (!text) return;
        tip.textContent = text;
        tip.style.left = Math.max(4, Math.min(e.pageX + 12, document.documentElement.scrollWidth - tip.offsetWidth - 4)) + "px";
        tip.style.top = e.pageY + 16 + "px";
    });
    document.addEventListener("keydown", function (e) { if (e.key === "Escape") tip.hidden = true; });
})();
