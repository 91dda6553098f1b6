"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  // As for the ticks that are in the page: width of a character, and space between labels.
  const CHARACTER = 6.8, SPACE = 8;
  // The highest magnification, and the least distance that the pointer is dragged to zoom in.
  const MOST = 400, LEAST = 8;

  const numbers = (text) => text.split(" ").map(Number);
  const svgElement = (name, attributes = {}) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const element = (name, text = "") => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };

  const values = element("div");
  values.id = "values";
  values.hidden = true;
  values.setAttribute("role", "status");
  document.body.append(values);

  /** A plot with its table: reads out values, and zooms horizontally. */
  class Plot {
    constructor(figure) {
      this.figure = figure;
      this.svg = figure.querySelector(".chart svg");
      this.marks = this.svg.querySelector(".marks");
      [this.left, this.right, this.top, this.bottom] = numbers(this.svg.dataset.box);
      this.levels = this.svg.dataset.ticks.split("|").map((level) => level.split(";").filter(Boolean).map((tick) => {
        const end = tick.indexOf("=");
        return { place: Number(tick.slice(0, end)), text: tick.slice(end + 1) };
      }));
      const table = figure.querySelector("table");
      this.columns = [...table.tHead.rows[0].cells].slice(1);
      this.spans = this.columns.map((column) => column.dataset.y ? numbers(column.dataset.y) : null);
      this.rows = [...table.tBodies[0].rows];
      this.places = this.rows.map((row) => numbers(row.dataset.x));
      this.cursor = svgElement("rect", { class: "cursor", visibility: "hidden" });
      this.selection = svgElement("rect", { class: "selection", visibility: "hidden" });
      this.marks.after(this.cursor, this.selection);
      this.row = -1;
      this.from = this.left;
      this.to = this.right;
      this.start = null;
      this.whole = element("button", "Whole plot");
      this.whole.type = "button";
      this.whole.className = "whole";
      this.whole.hidden = true;
      this.whole.addEventListener("click", () => this.zoom(this.left, this.right));
      figure.querySelector(".chart").after(this.whole);
      this.svg.setAttribute("tabindex", "0");
      this.listen();
    }

    listen() {
      const { svg } = this;
      svg.addEventListener("pointerdown", (event) => {
        const { x, y } = this.point(event);
        if (event.button !== 0 || x < this.left || x > this.right || y < this.top || y > this.bottom) return;
        this.start = x;
        svg.setPointerCapture(event.pointerId);
      });
      svg.addEventListener("pointermove", (event) => this.move(event));
      svg.addEventListener("pointerup", (event) => this.release(event));
      svg.addEventListener("pointercancel", () => this.release(null));
      svg.addEventListener("pointerleave", () => this.hide());
      svg.addEventListener("dblclick", () => this.zoom(this.left, this.right));
      svg.addEventListener("blur", () => this.hide());
      svg.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const act = {
          ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1), Escape: () => this.zoom(this.left, this.right),
          "+": () => this.scale(2), "-": () => this.scale(0.5),
        }[event.key];
        if (act) {
          act();
          event.preventDefault();
        }
      });
    }

    /** Returns the place of an event in units of the drawing. */
    point(event) {
      return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    }

    /** Returns the place in the whole drawing that is shown at a place, and the place that shows it. */
    wholeOf(x) { return this.from + (x - this.left) / this.factor(); }
    shownOf(x) { return this.left + (x - this.from) * this.factor(); }
    factor() { return (this.right - this.left) / (this.to - this.from); }

    move(event) {
      const { x, y } = this.point(event);
      const within = Math.min(Math.max(x, this.left), this.right);
      if (this.start !== null) {
        const [left, right] = [Math.min(within, this.start), Math.max(within, this.start)];
        this.outline(this.selection, left, right, this.top, this.bottom);
        if (right - left >= LEAST) return this.hide();
      }
      if (x < this.left || x > this.right || y < this.top || y > this.bottom) return this.hide();
      this.show(this.find(this.wholeOf(within)), y, event.clientX, event.clientY);
    }

    release(event) {
      if (this.start === null) return;
      const start = this.start;
      this.start = null;
      this.selection.setAttribute("visibility", "hidden");
      if (event === null) return;
      const end = Math.min(Math.max(this.point(event).x, this.left), this.right);
      if (Math.abs(end - start) < LEAST) return;
      this.zoom(this.wholeOf(Math.min(start, end)), this.wholeOf(Math.max(start, end)));
    }

    /** Returns the number of the row at a place, or of the nearest one. Narrow rows are preferred. */
    find(x) {
      let best = -1, distance = Infinity, width = Infinity;
      this.places.forEach(([left, right], row) => {
        const apart = Math.max(left - x, x - right, 0);
        if (apart < distance || (apart === distance && right - left < width)) {
          [best, distance, width] = [row, apart, right - left];
        }
      });
      return best;
    }

    step(by) {
      if (this.rows.length === 0) return;
      const start = by > 0 ? -1 : this.rows.length;
      const inside = (row) => this.places[row][1] > this.from && this.places[row][0] < this.to;
      let row = (this.row < 0 ? start : this.row) + by;
      while (row >= 0 && row < this.rows.length && !inside(row)) row += by;
      if (row < 0 || row >= this.rows.length) return;
      const [left, right] = this.places[row];
      const at = new DOMPoint(this.shownOf((left + right) / 2), this.top).matrixTransform(this.svg.getScreenCTM());
      this.show(row, null, at.x, at.y);
    }

    /** Shows the values of a row: those of the column at a height, if columns have places there. */
    show(row, y, pageX, pageY) {
      if (row < 0) return this.hide();
      this.row = row;
      let [left, right] = this.places[row].map((place) => this.shownOf(place));
      let [top, bottom] = [this.top, this.bottom];
      const cells = [...this.rows[row].cells];
      const head = this.figure.querySelector("thead th").textContent;
      values.replaceChildren(element("b", `${head} ${cells[0].textContent}`));
      const table = element("table");
      this.columns.forEach((column, number) => {
        const text = cells[number + 1].textContent;
        const span = this.spans[number];
        if (text === "" || column.classList.contains("off")) return;
        if (span && y !== null) {
          if (y < span[0] || y >= span[1]) return;
          [top, bottom] = span;
        }
        const line = table.insertRow();
        const name = element("th");
        if (column.dataset.style) {
          const swatch = svgElement("svg", { class: "swatch", viewBox: "0 0 28 10" });
          swatch.append(svgElement("path", { class: `line ${column.dataset.style}`, d: "M2 5H26" }));
          name.append(swatch);
        }
        name.append(column.textContent);
        line.append(name, element("td", text));
      });
      values.append(table);
      values.hidden = false;
      this.outline(this.cursor, left, right, top, bottom);
      const { width, height } = values.getBoundingClientRect();
      const { clientWidth, clientHeight } = document.documentElement;
      const x = pageX + 16 + width > clientWidth ? Math.max(pageX - 16 - width, 4) : pageX + 16;
      const below = pageY + 16 + height > clientHeight ? Math.max(pageY - 16 - height, 4) : pageY + 16;
      values.style.transform = `translate(${Math.round(x)}px, ${Math.round(below)}px)`;
    }

    hide() {
      this.row = -1;
      values.hidden = true;
      this.cursor.setAttribute("visibility", "hidden");
    }

    outline(rect, left, right, top, bottom) {
      rect.setAttribute("x", left);
      rect.setAttribute("width", Math.max(right - left, 0.5));
      rect.setAttribute("y", top);
      rect.setAttribute("height", bottom - top);
      rect.setAttribute("visibility", "visible");
    }

    /** Magnifies around the current row, or the middle. */
    scale(by) {
      const [left, right] = this.places[this.row] ?? [this.from, this.to];
      const middle = (left + right) / 2;
      const width = Math.min((this.to - this.from) / by, this.right - this.left);
      const from = Math.min(Math.max(middle - width / 2, this.left), this.right - width);
      this.zoom(from, from + width);
    }

    /** Shows a part of the whole drawing. */
    zoom(from, to) {
      const least = (this.right - this.left) / MOST;
      if (to - from < least) return;
      [this.from, this.to] = [from, to];
      const factor = this.factor();
      const isWhole = factor <= 1;
      if (isWhole) this.marks.removeAttribute("transform");
      else this.marks.setAttribute("transform", `translate(${this.left - from * factor} 0) scale(${factor} 1)`);
      this.whole.hidden = isWhole;
      this.hide();
      this.drawTicks();
    }

    /** Draws the ticks of the first level that fits. */
    drawTicks() {
      const shown = this.levels.map((level) => level
        .map(({ place, text }) => ({ x: this.shownOf(place), text }))
        .filter(({ x }) => x >= this.left - 0.5 && x <= this.right + 0.5));
      const fits = (one, next) => next.x - one.x >= (one.text.length + next.text.length) / 2 * CHARACTER + SPACE;
      const level = shown.find((ticks) => ticks.every((tick, at) => at === 0 || fits(ticks[at - 1], tick)));
      const ticks = level ? [...level] : shown[0].slice(0, 1);
      const first = shown[0][0];
      if (first && (ticks.length === 0 || fits(first, ticks[0]))) ticks.unshift(first);
      const axis = this.svg.querySelector(".x");
      axis.replaceChildren();
      for (const { x, text } of ticks) {
        const label = svgElement("text", { x, y: this.bottom + 19 });
        label.textContent = text;
        axis.append(svgElement("path", { d: `M${x} ${this.bottom}v5` }), label);
      }
    }
  }

  const plots = [...document.querySelectorAll("figure.plot")].map((figure) => new Plot(figure));

  // Entries of legends become buttons that hide and show the series of their section.
  for (const entry of document.querySelectorAll(".legend li")) {
    const button = element("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.append(...entry.childNodes);
    entry.append(button);
    button.addEventListener("click", () => {
      const isOff = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!isOff));
      const series = `[data-series="${entry.dataset.series}"]`;
      for (const part of entry.closest("section").querySelectorAll(`.marks ${series}, thead ${series}`)) {
        part.classList.toggle("off", isOff);
      }
    });
  }

  // Light or dark: the choice replaces that of the system.
  const dark = document.getElementById("dark"), button = document.getElementById("theme");
  button.addEventListener("click", () => { dark.media = matchMedia(dark.media).matches ? "not all" : "screen"; });
  for (const hidden of document.querySelectorAll("#theme, .help")) hidden.hidden = false;
})();
