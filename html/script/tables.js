/* The desk: tables that sort by a click on a head, the value under the pointer, and a count that is followed. Pages are whole
 * without it. */
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

    /* While a count waits or runs: every few seconds what the page would say, for five minutes at most, since each look is a use
     * of the session. The link to look again stays for after that. */
    function take(id, fresh) {
        var old = document.getElementById(id), now = fresh.getElementById(id);
        if (!old || !now || old.innerHTML === now.innerHTML) return;
        var had = old.contains(document.activeElement);
        old.replaceChildren.apply(old, Array.from(now.childNodes));
        if (had && old.querySelector("a, button")) old.querySelector("a, button").focus();
    }
    function follow(left) {
        var part = document.getElementById("count-do"), wait = part && +part.getAttribute("data-again");
        if (!wait || left < wait) return;
        setTimeout(function () {
            fetch(location.href).then(function (r) { return r.ok && !r.redirected ? r.text() : Promise.reject(); }).then(function (text) {
                var fresh = new DOMParser().parseFromString(text, "text/html"), now = fresh.getElementById("count-do");
                ["runs", "count-said", "count-do"].forEach(function (id) { take(id, fresh); });
                if (now && now.hasAttribute("data-again")) follow(left - wait);
            }).catch(function () { follow(left - 2 * wait); });
        }, wait * 1000);
    }
    follow(300);

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
