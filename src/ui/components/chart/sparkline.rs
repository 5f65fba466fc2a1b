//! A line without axes, beside the number that says the same.

use leptos::prelude::*;

use super::model::{ChartData, HEIGHT, Series, WIDTH, round_top};

/// How a value went. It says nothing that is not said in words near it.
#[component]
pub fn Sparkline(
    /// A value for each point, where there is one.
    #[prop(into)]
    values: Signal<Vec<Option<f64>>>,
) -> impl IntoView {
    let drawn = Memo::new(move |_| {
        let values = values.get();
        let top = round_top(values.iter().flatten().copied().fold(0.0, f64::max), 1e-6);
        let chart = ChartData {
            points: vec![String::new(); values.len()],
            series: vec![Series { values, ..Series::default() }],
            top,
            ..ChartData::default()
        };
        (chart.line(0), if chart.points.len() == 1 { chart.marks(0) } else { String::new() })
    });
    view! {
        <svg class="sparkline" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            <path class="sparkline-line" d=move || drawn.with(|(line, _)| line.clone())></path>
            <path class="sparkline-mark" d=move || drawn.with(|(_, mark)| mark.clone())></path>
        </svg>
    }
}
