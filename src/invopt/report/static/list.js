"use strict";
// Lists that sort, filter, scroll and export in place. Rows are drawn only where they are seen.
(() => {
  const root = document.documentElement;
  const locale = root.dataset.locale || undefined;
  const MISSING = "–";
  const safely = (make, spare) => { try { return make(); } catch { return spare(); } };
  const numbers = (digits) => safely(
    () => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }),
    () => new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }));
  const whole = numbers(0), tenth = numbers(1), fine = numbers(3);
  const percent = safely(() => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }),
    () => new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 }));
  const days = safely(() => new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }),
    () => new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }));
  const purses = new Map();
  const money = (minor, code, digits) => {
    if (!purses.has(code)) {
      purses.set(code, safely(() => new Intl.NumberFormat(locale, { style: "currency", currency: code,
        minimumFractionDigits: digits, maximumFractionDigits: digits }),
      () => ({ format: (value) => `${fine.format(value)} ${code}` })));
    }
    return purses.get(code).format(minor / 10 ** digits);
  };
  const unpack = (values) => Array.isArray(values) ? values : values.i.map((index) => values.d[index]);
  const isText = (kind) => kind === "text" || kind === "prose" || kind === "sku" || kind === "severity";

  class List {
    constructor(figure) {
      this.figure = figure;
      const block = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
      this.rows = block.rows;
      this.columns = block.columns;
      this.shown = block.columns.filter((column) => !column.detail);
      for (const column of this.columns) if (isText(column.kind)) column.values = unpack(column.values);
      this.links = block.links ? unpack(block.links) : null;
      this.codes = block.currency ? unpack(block.currency.codes) : null;
      this.digits = block.currency ? block.currency.digits : {};
      this.name = block.name;
      this.table = figure.querySelector("table");
      this.body = figure.querySelector("tbody");
      this.frame = figure.querySelector(".scroll");
      this.order = Array.from({ length: this.rows }, (_, index) => index);
      this.sorted = null;
      this.active = 0;
      this.words = null;
      this.drawn = [-1, -1];
      this.height = 0;
      this.makeTools();
      this.makeHeads();
      this.frame.addEventListener("scroll", () => this.draw(), { passive: true });
      this.frame.addEventListener("keydown", (event) => this.onKey(event));
      this.body.addEventListener("click", (event) => this.onClick(event));
      this.refresh();
    }

    text(column, row) {
      const value = column.values[row];
      if (value === null || value === undefined) return MISSING;
      switch (column.kind) {
        case "money": return this.codes[row] ? money(value, this.codes[row], this.digits[this.codes[row]] ?? 2) : MISSING;
        case "units": case "days":
          return (Number.isInteger(value) || Math.abs(value) >= 1e6 ? whole : Math.abs(value) < 1 ? fine : tenth).format(value);
        case "integer": return whole.format(value);
        case "share": return percent.format(value);
        case "date": return days.format(new Date(value * 864e5));
        case "flag": return value ? "yes" : "";
        default: return value;
      }
    }

    makeTools() {
      const tools = this.figure.querySelector(".tools");
      this.status = this.figure.querySelector(".status");
      if (this.rows > 8) {
        const search = Object.assign(document.createElement("input"), { type: "search", placeholder: "Filter" });
        search.setAttribute("aria-label", `Filter ${this.figure.dataset.caption}`);
        let timer = 0;
        search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => this.filter(), 60); });
        tools.append(search);
        this.search = search;
        this.facets = [];
        for (const column of this.columns.filter((one) => one.facet)) {
          const different = [...new Set(column.values)].sort((a, b) => a.localeCompare(b));
          if (different.length < 2 || different.length > 60) continue;
          const select = document.createElement("select");
          select.setAttribute("aria-label", `${column.label}: show`);
          select.append(new Option(`${column.label}: all`, ""));
          for (const value of different) select.append(new Option(value.length > 60 ? `${value.slice(0, 59)}…` : value, value));
          select.addEventListener("change", () => this.filter());
          tools.append(select);
          this.facets.push([column, select]);
        }
      }
      if (this.rows) {
        const save = Object.assign(document.createElement("button"), { type: "button", textContent: "CSV" });
        save.title = "Save the rows shown as a CSV file";
        save.setAttribute("aria-label", `Save ${this.figure.dataset.caption} as CSV`);
        save.addEventListener("click", () => this.save());
        tools.append(save);
      }
    }

    makeHeads() {
      this.heads = [...this.table.querySelectorAll("thead th")];
      this.heads.forEach((head, index) => {
        const button = Object.assign(document.createElement("button"), { type: "button" });
        button.textContent = head.textContent.trim();
        button.title = head.title;
        head.replaceChildren(button);
        button.addEventListener("click", () => this.sort(index));
      });
    }

    sort(index) {
      const column = this.shown[index];
      const first = isText(column.kind) || column.kind === "date" ? 1 : -1;
      const direction = this.sorted && this.sorted[0] === index ? -this.sorted[1] : first;
      this.sorted = [index, direction];
      const values = column.values;
      const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
      const compare = isText(column.kind) ? (a, b) => collator.compare(values[a], values[b]) : (a, b) => values[a] - values[b];
      const gone = (row) => values[row] === null || values[row] === MISSING;
      this.order.sort((a, b) => (gone(a) - gone(b)) || direction * (gone(a) ? 0 : compare(a, b)) || a - b);
      this.heads.forEach((head, at) => {
        if (at === index) head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      });
      this.frame.scrollTop = 0;
      this.active = 0;
      this.refresh();
    }

    filter() {
      if (!this.words) {
        const texts = this.columns.filter((column) => isText(column.kind));
        this.words = Array.from({ length: this.rows }, (_, row) => texts.map((column) => column.values[row]).join("\n").toLowerCase());
      }
      const wanted = this.search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      const facets = this.facets.filter(([, select]) => select.value !== "");
      this.order = [];
      for (let row = 0; row < this.rows; row += 1) {
        if (wanted.every((word) => this.words[row].includes(word)) &&
            facets.every(([column, select]) => column.values[row] === select.value)) this.order.push(row);
      }
      this.active = 0;
      this.frame.scrollTop = 0;
      if (this.sorted) { this.sorted[1] = -this.sorted[1]; this.sort(this.sorted[0]); } else this.refresh();
    }

    refresh() {
      this.drawn = [-1, -1];
      this.draw();
      const sums = new Map();
      const column = this.columns.find((one) => one.kind === "money" && !one.wide && !one.detail) || this.shown.find((one) => one.kind === "money");
      if (column) for (const row of this.order) {
        if (column.values[row] !== null) sums.set(this.codes[row], (sums.get(this.codes[row]) || 0) + column.values[row]);
      }
      const total = [...sums].filter(([code]) => code).map(([code, sum]) => money(sum, code, this.digits[code] ?? 2)).join(" + ");
      const counted = this.order.length === this.rows ? `${whole.format(this.rows)} rows` : `${whole.format(this.order.length)} of ${whole.format(this.rows)} rows`;
      this.status.textContent = this.rows ? counted + (total ? ` · ${column.label.toLowerCase()} ${total}` : "") : "";
    }

    draw() {
      if (!this.rows) return;
      if (!this.height) {
        this.body.replaceChildren(this.row(0, 0));
        this.height = this.body.firstChild.getBoundingClientRect().height || 36;
      }
      const printing = root.classList.contains("printing");
      const room = this.frame.clientHeight || 480;
      const first = printing ? 0 : Math.max(0, Math.floor(this.frame.scrollTop / this.height) - 8);
      const last = printing ? Math.min(this.order.length, 60) : Math.min(this.order.length, first + Math.ceil(room / this.height) + 20);
      if (first === this.drawn[0] && last === this.drawn[1]) return;
      this.drawn = [first, last];
      const focused = this.body.contains(document.activeElement);
      const rows = [];
      if (first) rows.push(this.space(first));
      for (let place = first; place < last; place += 1) rows.push(this.row(this.order[place], place));
      if (!printing && last < this.order.length) rows.push(this.space(this.order.length - last));
      this.body.replaceChildren(...rows);
      this.table.setAttribute("aria-rowcount", String(this.order.length + 1));
      if (focused) this.focus(false);
    }

    space(count) {
      const row = document.createElement("tr");
      row.setAttribute("aria-hidden", "true");
      row.className = "space";
      const cell = document.createElement("td");
      cell.colSpan = this.shown.length;
      cell.style.height = `${count * this.height}px`;
      row.append(cell);
      return row;
    }

    row(row, place) {
      const line = document.createElement("tr");
      line.tabIndex = place === this.active ? 0 : -1;
      line.dataset.place = String(place);
      line.setAttribute("aria-rowindex", String(place + 2));
      for (const column of this.shown) {
        const cell = document.createElement("td");
        cell.className = `k-${column.kind}${column.wide ? " wide" : ""}`;
        const text = this.text(column, row);
        const link = column.kind === "sku" && this.links ? this.links[row] : "";
        if (link) {
          const anchor = Object.assign(document.createElement("a"), { href: link, textContent: text });
          anchor.dir = "auto";
          cell.append(anchor);
        } else if (isText(column.kind)) {
          const inner = Object.assign(document.createElement("span"), { textContent: text });
          inner.dir = "auto";
          cell.append(inner);
          if (column.kind === "severity") cell.classList.add(text.split(" ").pop());
        } else cell.textContent = text;
        line.append(cell);
      }
      return line;
    }

    focus(scroll) {
      const line = this.body.querySelector(`tr[data-place="${this.active}"]`);
      if (line) line.focus({ preventScroll: !scroll });
    }

    onKey(event) {
      const line = event.target.closest("tr[data-place]");
      if (!line) return;
      const page = Math.max(1, Math.floor(this.frame.clientHeight / this.height) - 2);
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.order.length, End: this.order.length };
      if (event.key in steps) {
        event.preventDefault();
        this.active = Math.min(this.order.length - 1, Math.max(0, Number(line.dataset.place) + steps[event.key]));
        const top = this.active * this.height, head = this.table.tHead.getBoundingClientRect().height;
        if (top < this.frame.scrollTop) this.frame.scrollTop = top;
        else if (top + this.height + head > this.frame.scrollTop + this.frame.clientHeight) this.frame.scrollTop = top + this.height + head - this.frame.clientHeight;
        this.drawn = [-1, -1];
        this.draw();
        this.focus(false);
      } else if (event.key === "Enter" && event.target === line) {
        event.preventDefault();
        this.show(Number(line.dataset.place));
      }
    }

    onClick(event) {
      if (event.target.closest("a")) return;
      const line = event.target.closest("tr[data-place]");
      if (!line || String(window.getSelection())) return;
      this.active = Number(line.dataset.place);
      this.show(this.active);
    }

    show(place) {
      const row = this.order[place];
      const dialog = document.getElementById("details");
      const list = document.createElement("dl");
      for (const column of this.columns) {
        const name = Object.assign(document.createElement("dt"), { textContent: column.label });
        const value = Object.assign(document.createElement("dd"), { textContent: this.text(column, row) });
        value.dir = "auto";
        list.append(name, value);
      }
      const content = dialog.querySelector(".content");
      content.replaceChildren(list);
      if (this.links && this.links[row]) {
        content.append(Object.assign(document.createElement("a"), { href: this.links[row], textContent: "Open its page", className: "open" }));
      }
      dialog.querySelector("h2").textContent = this.figure.dataset.caption;
      dialog.addEventListener("close", () => { this.drawn = [-1, -1]; this.draw(); this.focus(false); }, { once: true });
      dialog.showModal();
    }

    save() {
      const plain = (column, row) => {
        const value = column.values[row];
        if (value === null || value === undefined || value === MISSING) return "";
        if (column.kind === "money") return (value / 10 ** (this.digits[this.codes[row]] ?? 2)).toFixed(this.digits[this.codes[row]] ?? 2);
        if (column.kind === "date") return new Date(value * 864e5).toISOString().slice(0, 10);
        if (!isText(column.kind)) return String(value);
        // What a spreadsheet would run as a formula gets an apostrophe in front.
        const text = /^[\s\u0000-\u001f\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]|^[\t\r\n]/.test(value) ? `'${value}` : value;
        return /[",\n\r;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
      };
      const heads = this.columns.map((column) => `"${column.label}"`);
      if (this.codes) heads.push("Currency");
      const lines = [heads.join(",")];
      for (const row of this.order) {
        const cells = this.columns.map((column) => plain(column, row));
        if (this.codes) cells.push(this.codes[row]);
        lines.push(cells.join(","));
      }
      const address = URL.createObjectURL(new Blob(["\ufeff", lines.join("\n"), "\n"], { type: "text/csv;charset=utf-8" }));
      const anchor = Object.assign(document.createElement("a"), { href: address, download: `${this.name}.csv` });
      anchor.click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    }
  }

  const lists = [];
  const start = () => {
    root.classList.add("live");
    const waiting = new Set(document.querySelectorAll(".list[data-caption]"));
    const begin = (figure) => { if (waiting.delete(figure)) { seen.unobserve(figure); lists.push(new List(figure)); } };
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) begin(entry.target);
    }, { rootMargin: "600px" });
    for (const figure of waiting) seen.observe(figure);
    const shade = document.getElementById("shade");
    if (shade) shade.addEventListener("click", () => {
      const dark = root.dataset.shade ? root.dataset.shade === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.shade = dark ? "light" : "dark";
    });
    const remeasure = () => { for (const list of lists) { list.height = 0; list.drawn = [-1, -1]; list.draw(); } };
    let timer = 0;
    window.addEventListener("resize", () => { clearTimeout(timer); timer = setTimeout(remeasure, 120); });
    window.addEventListener("beforeprint", () => { root.classList.add("printing"); for (const figure of [...waiting]) begin(figure); remeasure(); });
    window.addEventListener("afterprint", () => { root.classList.remove("printing"); remeasure(); });
    // One definition at a time; Escape and a click elsewhere close it.
    const shut = (but) => { for (const open of document.querySelectorAll("details.what[open]")) if (open !== but) open.open = false; };
    document.addEventListener("click", (event) => shut(event.target.closest("details.what")));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(null); });
    const dialog = document.getElementById("details");
    if (dialog) dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest(".close")) dialog.close(); });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
