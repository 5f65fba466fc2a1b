//! The table, and the numbers in it.

use std::fmt;
use std::path::Path;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Met,
    Missed,
    /// No goal, or not measured.
    Open,
}

impl Verdict {
    pub fn met(met: bool) -> Self {
        if met { Self::Met } else { Self::Missed }
    }
}

struct Row {
    what: String,
    goal: String,
    /// By database; the empty name stands for a measure without one.
    cells: Vec<(&'static str, String, Verdict)>,
}

#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a value; rows appear in the order in which they were first named.
    pub fn add(&mut self, what: &str, goal: &str, place: &'static str, value: String, verdict: Verdict) {
        eprintln!("  {what}: {value}");
        let cell = (place, value, verdict);
        match self.rows.iter_mut().find(|row| row.what == what) {
            Some(row) => row.cells.push(cell),
            None => self.rows.push(Row { what: what.to_owned(), goal: goal.to_owned(), cells: vec![cell] }),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |row: &Row, place: &str| {
            row.cells.iter().find(|(name, ..)| *name == place).map(|(_, value, verdict)| match verdict {
                Verdict::Met => format!("{value}  ok"),
                Verdict::Missed => format!("{value}  MISSED"),
                Verdict::Open => value.clone(),
            })
        };
        let line = [String::from("measure"), "SQLite".into(), "PostgreSQL".into(), "goal".into()];
        let mut lines = vec![line];
        for row in &self.rows {
            let first = cell(row, "sqlite").or_else(|| cell(row, ""));
            let second = cell(row, "postgres").unwrap_or_default();
            lines.push([row.what.clone(), first.unwrap_or_default(), second, row.goal.clone()]);
        }
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2), width(3)];
        for (n, line) in lines.iter().enumerate() {
            let padded = line.iter().zip(widths).map(|(text, width)| format!("{text:width$}"));
            writeln!(f, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
            if n == 0 {
                writeln!(f, "{}", "-".repeat(widths.iter().sum::<usize>() + 6))?;
            }
        }
        let missed =
            self.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.2 == Verdict::Missed).count();
        write!(f, "{missed} goals missed")
    }
}

/// The machine and the program, for whoever compares.
pub fn machine(server: &Path) -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("\t: unknown");
    let cpu = cpu.trim_start_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{} on {cores} × {cpu}; client, server and database share them",
        server.file_name().and_then(|_| server.to_str()).unwrap_or("the server"),
    )
}

/// The value that a share of all is not above; zero of nothing.
pub fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    times.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}

pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

pub fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
