//! A chart of days or hours, in bars or lines.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::ui::components::table::{Cell, Column, Row, RowHeader, Table};
use crate::ui::hooks::{pointed_share, use_hydrated_once};

use super::model::{ChartData, HEIGHT, WIDTH};

/// How the values are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// Bars on each other.
    Stacked,
    /// A line for each series.
    Lines,
}

/// A chart. Each series has a shape of its own beside its colour: full, hatched and hollow bars; lines with round and
/// square marks. With a script it is one tab stop, in which arrow keys go from point to point.
#[component]
pub fn Chart(
    /// Its id, which no other chart of the page has.
    id: &'static str,
    /// What it shows: "Actions by verdict".
    title: &'static str,
    /// How.
    kind: ChartKind,
    /// What the points are: "Day".
    #[prop(into)]
    point_name: Signal<String>,
    /// What it draws.
    data: Memo<ChartData>,
    /// Where the numbers are as CSV.
    #[prop(into)]
    csv: Signal<String>,
) -> impl IntoView {
    let at = RwSignal::new(None::<usize>);
    let title_id = format!("{id}-title");
    let caption_id = format!("{id}-takeaway");
    let (labelled, described) = (title_id.clone(), caption_id.clone());
    let hydrated = use_hydrated_once();
    // Until there is a point its place says how to get one: without a script there is none.
    let readout = move || match at.get() {
        Some(point) => data.with(|data| data.point_words(point)),
        None if hydrated.get() => {
            let one = point_name.get().to_lowercase();
            format!("Point at it, or focus it and press the arrow keys, to read one {one}.")
        }
        None => String::new(),
    };
    view! {
        <figure class="chart card" aria-labelledby=labelled aria-describedby=described>
            <div class="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
                <h2 id=title_id class="text-base">{title}</h2>
                <Legend id=id kind=kind data=data />
            </div>
            <figcaption id=caption_id class="text-sm text-muted">{move || data.with(|data| data.takeaway.clone())}</figcaption>
            <Plot id=id title=title kind=kind data=data at=at />
            <p class="chart-readout" aria-hidden="true">{readout}</p>
            <div class="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
                <Numbers title=title point_name=point_name data=data />
                <a class="link inline-flex min-h-11 items-center text-sm md:min-h-6" href=move || csv.get() rel="external" download="figures.csv">
                    "CSV" <span class="sr-only">{format!(" of {}", title.to_lowercase())}</span>
                </a>
            </div>
        </figure>
    }
}

/// The drawing.
#[component]
fn Plot(
    /// The chart's id.
    id: &'static str,
    /// Its title.
    title: &'static str,
    /// How.
    kind: ChartKind,
    /// What it draws.
    data: Memo<ChartData>,
    /// The point that is meant.
    at: RwSignal<Option<usize>>,
) -> impl IntoView {
    let hydrated = use_hydrated_once();
    let count = move || data.with(|data| data.points.len());
    let on = move || hydrated.get() && count() > 0;
    let point = move || at.get().unwrap_or_else(|| count().saturating_sub(1));
    let press = move |event: KeyboardEvent| {
        let last = count().saturating_sub(1);
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => point().saturating_sub(1),
            "ArrowRight" | "ArrowUp" => (point() + 1).min(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        at.set(Some(to));
    };
    let layers: Vec<_> = (0..3usize).map(|series| layer(id, kind, series, data)).collect();
    view! {
        <div
            class="chart-plot"
            dir="ltr"
            tabindex=move || on().then_some("0")
            role=move || on().then_some("slider")
            aria-label=move || on().then(|| format!("{title}, by point"))
            aria-valuemin=move || on().then_some("1")
            aria-valuemax=move || on().then(|| count().to_string())
            aria-valuenow=move || on().then(|| (point() + 1).to_string())
            aria-valuetext=move || on().then(|| data.with(|data| data.point_words(point())))
            on:keydown=press
            on:focus=move |_| at.set(Some(point()))
            on:blur=move |_| at.set(None)
            on:pointermove=move |event| at.set(pointed_share(&event).and_then(|share| data.with(|data| data.point_at(share))))
            on:pointerleave=move |_| at.set(None)
        >
            <span class="chart-top" aria-hidden="true">{move || data.with(|data| data.top_words.clone())}</span>
            <svg
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                aria-label=move || data.with(|data| format!("{title}. {}", data.takeaway))
                aria-hidden=move || on().then_some("true")
            >
                <Patterns id=id />
                <path class="chart-grid" d=format!("M0 0H{WIDTH}M0 {}H{WIDTH}M0 {HEIGHT}H{WIDTH}", HEIGHT / 2.0)></path>
                {layers}
                <path class="chart-guide" d=move || at.get().map(|point| data.with(|data| data.guide(point))).unwrap_or_default()></path>
            </svg>
            <div class="chart-axis" aria-hidden="true">
                {move || data.with(|data| data.axis().into_iter().map(|name| view! { <span>{name}</span> }).collect::<Vec<_>>())}
            </div>
        </div>
    }
}

fn layer(id: &'static str, kind: ChartKind, series: usize, data: Memo<ChartData>) -> AnyView {
    match kind {
        ChartKind::Stacked => {
            let fill = (series == 1).then(|| format!("url(#{id}-hatch)"));
            view! { <path class=format!("chart-bars chart-bars-{series}") fill=fill d=move || data.with(|data| data.bars(series))></path> }
                .into_any()
        }
        ChartKind::Lines => view! {
            <path class=format!("chart-line chart-line-{series}") d=move || data.with(|data| data.line(series))></path>
            <path class=format!("chart-mark chart-line-{series}") d=move || data.with(|data| data.marks(series))></path>
        }
        .into_any(),
    }
}

/// The hatching of the second series.
#[component]
fn Patterns(
    /// The chart's id.
    id: &'static str,
) -> impl IntoView {
    view! {
        <defs>
            <pattern id=format!("{id}-hatch") width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <path class="chart-hatch" d="M0 0V6"></path>
            </pattern>
        </defs>
    }
}

/// Which shape stands for what.
#[component]
fn Legend(
    /// The chart's id.
    id: &'static str,
    /// How the values are drawn.
    kind: ChartKind,
    /// What is drawn.
    data: Memo<ChartData>,
) -> impl IntoView {
    let swatch = move |series: usize| match kind {
        ChartKind::Stacked => {
            let fill = (series == 1).then(|| format!("url(#{id}-hatch)"));
            view! { <path class=format!("chart-bars chart-bars-{series}") fill=fill d="M1 1h12v10H1z"></path> }.into_any()
        }
        ChartKind::Lines => view! {
            <path class=format!("chart-line chart-line-{series}") d="M0 6H14"></path>
            <path class=format!("chart-mark chart-line-{series}") d="M7 6h0"></path>
        }
        .into_any(),
    };
    let names = Memo::new(move |_| {
        data.with(|data| data.series.iter().map(|of| of.name.clone()).collect::<Vec<_>>())
    });
    view! {
        <ul class="flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
            {move || {
                names
                    .get()
                    .into_iter()
                    .enumerate()
                    .map(|(series, name)| {
                        view! {
                            <li class="inline-flex items-center gap-1.5">
                                <svg width="14" height="12" viewBox="0 0 14 12" aria-hidden="true">{swatch(series)}</svg>
                                {name}
                            </li>
                        }
                    })
                    .collect::<Vec<_>>()
            }}
        </ul>
    }
}

/// The numbers, on request.
#[component]
fn Numbers(
    /// The chart's title.
    title: &'static str,
    /// What the points are.
    point_name: Signal<String>,
    /// What is drawn.
    data: Memo<ChartData>,
) -> impl IntoView {
    let table = move || {
        let data = data.get();
        let names: Vec<String> = data.series.iter().map(|series| series.name.clone()).collect();
        let head = Column::new(point_name.get());
        let columns =
            std::iter::once(head).chain(names.iter().map(|name| Column::new(name.clone()).number()));
        let rows: Vec<_> = data
            .points
            .iter()
            .enumerate()
            .map(|(at, point)| {
                let cells: Vec<_> = data
                    .series
                    .iter()
                    .map(|series| {
                        let words = series.words.get(at).cloned().unwrap_or_default();
                        let name = series.name.clone();
                        view! { <Cell number=true label=name>{words}</Cell> }
                    })
                    .collect();
                let point = point.clone();
                view! { <Row><RowHeader>{point}</RowHeader> {cells}</Row> }
            })
            .collect();
        view! { <Table caption=format!("{title}: the numbers") columns=columns.collect()>{rows}</Table> }
    };
    view! {
        <details class="min-w-0 flex-1">
            <summary class="link inline-flex min-h-11 items-center text-sm md:min-h-6">
                "Numbers" <span class="sr-only">{format!(" of {}", title.to_lowercase())}</span>
            </summary>
            <div class="relative overflow-x-auto pt-2">{table}</div>
        </details>
    }
}
