//! Quality by tile and position, as a heat map.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pagecut::qc::report::{Positions, TileQuality};

use crate::qc::html::axis::{XAxis, YAxis};
use crate::qc::html::heat::Classes;
use crate::qc::html::numbers::score;
use crate::qc::html::plot::{Drawing, Plot, Size};
use crate::qc::html::positions::{point, text};
use crate::qc::html::sample::{Sample, having};
use crate::qc::html::section::{Section, status, write_nothing};
use crate::qc::html::series::Point;
use crate::qc::html::table::{Column, Row, Table};

pub(super) const SECTION: Section = Section {
    id: "tile-quality",
    title: "Per tile sequence quality",
    short: "Tile quality",
    text: "Mean quality of each tile of the flow cell, less the mean of all tiles, at each position of the reads. It is measured on every \
           tenth read.",
    is_by_sample: true,
    has: |sample| sample.report.tile_quality.is_some(),
    status: |report| status(&report.tile_quality),
    write,
};

/// Maximum number of cells of a row. Above that, neighbours share a cell, which shows the largest deviation of them.
const MAX_CELLS: usize = 500;

const DEVIATIONS: Classes = Classes {
    style: "t",
    bounds: &[-10.0, -5.0, -2.0, -1.0, 1.0, 2.0, 5.0],
    texts: &["below −10", "−10 to −5", "−5 to −2", "−2 to −1", "−1 to 1", "1 to 2", "2 to 5", "5 or more"],
};

fn write(samples: &[Sample<'_>], out: &mut dyn Write) -> io::Result<()> {
    let samples = having(samples, |report| &report.tile_quality);
    DEVIATIONS.write_key("Deviation of the quality score", out)?;
    writeln!(out, r#"<div class="plots">"#)?;
    for (sample, module) in &samples {
        let id = sample.id(SECTION.id);
        let tiles = by_tile(&module.results);
        if tiles.is_empty() {
            write_nothing(&id, &sample.named("There are no tiles."), out)?;
            continue;
        }
        let size = Size::of(samples.len());
        let height = (60.0 + tiles.len() as f64 * 14.0).clamp(160.0, size.height + 60.0);
        let names = tiles.keys().map(i32::to_string).collect();
        let groups: Vec<Positions> = module.results.iter().map(|row| row.positions).collect();
        let axis = XAxis::positions([&groups[..]].into_iter());
        let plot = Plot::new(Size { height, ..size }, axis, YAxis::Rows { label: "Tile", names });
        let drawing = Drawing { background: String::new(), marks: draw(&plot, &tiles) };
        let caption = (!sample.is_only).then_some((*sample, Some(module.status)));
        let title = "Deviation of the quality of tiles by position";
        plot.write(&id, title, caption, &drawing, &table(&plot, &tiles), out)?;
    }
    writeln!(out, "</div>")
}

/// Returns the deviations of each tile in the order of positions.
fn by_tile(rows: &[TileQuality]) -> BTreeMap<i32, Vec<Point>> {
    let mut tiles: BTreeMap<i32, Vec<Point>> = BTreeMap::new();
    for row in rows {
        tiles.entry(row.tile).or_default().push(point(row.positions, row.deviation));
    }
    tiles
}

fn draw(plot: &Plot, tiles: &BTreeMap<i32, Vec<Point>>) -> String {
    let cells = tiles.values().enumerate().flat_map(|(row, points)| {
        let step = points.len().div_ceil(MAX_CELLS).max(1);
        let rows = (plot.y(row as f64), plot.y(row as f64 + 1.0));
        points.chunks(step).map(move |part| {
            let largest = part.iter().map(|point| point.value).filter(|value| !value.is_nan());
            let largest = largest.max_by(|one, other| one.abs().total_cmp(&other.abs()));
            let span = plot.span(part[0].from, part[part.len() - 1].to);
            (span, rows, largest.unwrap_or(f64::NAN))
        })
    });
    DEVIATIONS.draw(cells)
}

/// Returns a table with a column for each tile.
fn table(plot: &Plot, tiles: &BTreeMap<i32, Vec<Point>>) -> Table {
    let mut rows: BTreeMap<(u64, u64), Row> = BTreeMap::new();
    for (tile, points) in tiles.values().enumerate() {
        for point in points {
            // Positions are not negative, so their bits are in order.
            let row = rows.entry((point.from.to_bits(), point.to.to_bits())).or_insert_with(|| Row {
                label: text(point.from, point.to),
                span: plot.span(point.from, point.to),
                cells: vec![None; tiles.len()],
            });
            row.cells[tile] = Some(score(point.value));
        }
    }
    let column = |(row, tile): (usize, &i32)| Column {
        name: format!("Tile {tile}"),
        series: None,
        span: Some((plot.y(row as f64), plot.y(row as f64 + 1.0))),
    };
    Table {
        head: "Position",
        columns: tiles.keys().enumerate().map(column).collect(),
        rows: rows.into_values().collect(),
    }
}
