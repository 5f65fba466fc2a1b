//! Small labels: a plain badge, a status with its shape, and a count.

use leptos::prelude::*;

/// What a colour stands for. Every tone also has a shape of its own in [`StatusBadge`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say; hollow dot.
    #[default]
    Neutral,
    /// A fact or something under way; half-filled dot.
    Info,
    /// Went well; tick.
    Ok,
    /// Needs attention; triangle.
    Warn,
    /// Went wrong; cross.
    Bad,
}

impl Tone {
    fn badge_class(self) -> &'static str {
        match self {
            Self::Neutral => "badge bg-surface-2 text-muted",
            Self::Info => "badge bg-info-soft text-info",
            Self::Ok => "badge bg-ok-soft text-ok",
            Self::Warn => "badge bg-warn-soft text-warn",
            Self::Bad => "badge bg-bad-soft text-bad",
        }
    }

    /// The text colour of the tone.
    pub fn text_class(self) -> &'static str {
        match self {
            Self::Neutral => "text-muted",
            Self::Info => "text-info",
            Self::Ok => "text-ok",
            Self::Warn => "text-warn",
            Self::Bad => "text-bad",
        }
    }

    /// A stroked outline and a fill on a 12-unit grid.
    fn shape(self) -> (&'static str, &'static str) {
        const RING: &str = "M6 10A4 4 0 1 0 6 2a4 4 0 0 0 0 8z";
        match self {
            Self::Neutral => (RING, ""),
            Self::Info => (RING, "M6 2a4 4 0 0 1 0 8z"),
            Self::Ok => ("M2 6.5l2.7 2.7L10 3.3", ""),
            Self::Warn => ("M6 2l4.5 8h-9z", ""),
            Self::Bad => ("M2.8 2.8l6.4 6.4M9.2 2.8L2.8 9.2", ""),
        }
    }
}

/// A label with a tinted ground.
#[component]
pub fn Badge(
    /// What the colour stands for.
    #[prop(optional)]
    tone: Tone,
    /// The text.
    children: Children,
) -> impl IntoView {
    view! { <span class=tone.badge_class()>{children()}</span> }
}

/// A state: shape, colour and word.
#[component]
pub fn StatusBadge(
    /// What the colour and the shape stand for.
    tone: Tone,
    /// The state's word, in sentence case.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let (outline, fill) = tone.shape();
    view! {
        <span class="inline-flex items-baseline gap-1.5 whitespace-nowrap">
            <svg class=format!("self-center {}", tone.text_class()) width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
                <path
                    d=outline
                    fill="none"
                    stroke="currentColor"
                    stroke-width="1.75"
                    stroke-linecap="round"
                    stroke-linejoin="round"
                ></path>
                <path d=fill fill="currentColor"></path>
            </svg>
            <span>{label}</span>
        </span>
    }
}

/// A number beside a link. Nothing is drawn at zero or `None`.
#[component]
pub fn CountBadge(
    /// How many; above 99 it reads "99+".
    #[prop(into)]
    count: Signal<Option<u32>>,
    /// What is counted, for screen readers: "waiting".
    #[prop(into)]
    noun: String,
    /// Without the accent colour.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    let class = if quiet { "count count-quiet" } else { "count" };
    move || {
        let noun = noun.clone();
        count.get().filter(|count| *count > 0).map(|count| {
            let shown = if count > 99 { "99+".to_owned() } else { count.to_string() };
            view! { <span class=class>{shown}<span class="sr-only">{format!(" {noun}")}</span></span> }
        })
    }
}
