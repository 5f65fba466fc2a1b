//! The charts' numbers and what there is to see in them.

use crate::domain::metrics::{Figures, Metrics, Slice, Step};
use crate::ui::components::{ChartData, Series, round_top};

use super::words::{counted, maybe_span, percent, point, span};

const MINUTE: f64 = 60_000.0;

/// Actions by verdict, in bars.
pub fn verdicts(shown: &Metrics) -> ChartData {
    let most = shown.slices.iter().map(|slice| slice.figures.actions).max().unwrap_or_default();
    let top = round_top(most as f64, 5.0);
    ChartData {
        points: points(shown),
        series: vec![
            counts(shown, "Ran by themselves", |figures| figures.automatic),
            counts(shown, "Held for people", |figures| figures.asked),
            counts(shown, "Denied", |figures| figures.denied),
        ],
        top,
        top_words: format!("{top}"),
        takeaway: verdicts_seen(shown),
    }
}

fn verdicts_seen(shown: &Metrics) -> String {
    let all = &shown.figures;
    let part = |count: i64| percent((all.actions > 0).then(|| count as f64 / all.actions as f64));
    let Some(most) = shown.slices.iter().max_by_key(|slice| slice.figures.actions) else {
        return "Nothing has happened in this range yet.".to_owned();
    };
    if all.actions == 0 {
        return "Agents did nothing in this range.".to_owned();
    }
    format!(
        "{}: {} ran by themselves, {} were held for people, {} denied. The most {} {}: {}.",
        counted(all.actions, "action", "actions"),
        part(all.automatic),
        part(all.asked),
        part(all.denied),
        if shown.step == Step::Day { "on" } else { "from" },
        point(&most.label),
        most.figures.actions,
    )
}

/// How many of the decisions approved, and of the outcomes succeeded, in lines.
pub fn rates(shown: &Metrics) -> ChartData {
    let all = &shown.figures;
    let takeaway = match (all.approval_rate, all.success_rate) {
        (None, None) => "Nothing was decided and nothing performed in this range.".to_owned(),
        (decided, performed) => format!(
            "{} of {} approved; {} of {} succeeded.",
            percent(decided),
            counted(all.approved + all.rejected, "decision", "decisions"),
            percent(performed),
            counted(all.succeeded + all.failed, "outcome", "outcomes"),
        ),
    };
    ChartData {
        points: points(shown),
        series: vec![
            shares(shown, "Approved", |figures| figures.approval_rate),
            shares(shown, "Succeeded", |figures| figures.success_rate),
        ],
        top: 1.0,
        top_words: "100 %".to_owned(),
        takeaway,
    }
}

/// From request to decision: half, and 95 %, in lines.
pub fn decision_times(shown: &Metrics) -> ChartData {
    let highest = shown.slices.iter().filter_map(|slice| slice.figures.p95_decision_ms).max();
    let top = round_time(highest.unwrap_or_default());
    let all = &shown.figures;
    let takeaway = match (all.median_decision_ms, all.p95_decision_ms) {
        (Some(half), Some(most)) => {
            format!("Half of the decisions took {} or less, 95 % took {} or less.", span(half), span(most))
        }
        _ => "Nobody decided anything in this range.".to_owned(),
    };
    ChartData {
        points: points(shown),
        series: vec![
            times(shown, "Half within", |figures| figures.median_decision_ms),
            times(shown, "95 % within", |figures| figures.p95_decision_ms),
        ],
        top,
        top_words: span(top as i64),
        takeaway,
    }
}

/// A round number of minutes, hours or days.
fn round_time(milliseconds: i64) -> f64 {
    let highest = milliseconds as f64;
    let unit = [24.0 * 60.0 * MINUTE, 60.0 * MINUTE, MINUTE].into_iter().find(|unit| highest >= *unit);
    let unit = unit.unwrap_or(MINUTE);
    (highest / unit).ceil().max(1.0) * unit
}

fn points(shown: &Metrics) -> Vec<String> {
    shown.slices.iter().map(|slice| point(&slice.label)).collect()
}

fn counts(shown: &Metrics, name: &str, count: impl Fn(&Figures) -> i64) -> Series {
    series(shown, name, |slice| {
        let count = count(&slice.figures);
        (Some(count as f64), count.to_string())
    })
}

fn shares(shown: &Metrics, name: &str, share: impl Fn(&Figures) -> Option<f64>) -> Series {
    series(shown, name, |slice| {
        let share = share(&slice.figures);
        (share, percent(share))
    })
}

fn times(shown: &Metrics, name: &str, time: impl Fn(&Figures) -> Option<i64>) -> Series {
    series(shown, name, |slice| {
        let time = time(&slice.figures);
        (time.map(|ms| ms as f64), maybe_span(time))
    })
}

fn series(shown: &Metrics, name: &str, value: impl Fn(&Slice) -> (Option<f64>, String)) -> Series {
    let (values, words) = shown.slices.iter().map(value).unzip();
    Series { name: name.to_owned(), values, words }
}
