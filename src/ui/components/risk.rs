//! Risk, said by word, shape, colour and the left edge of the row; never by colour alone.

use leptos::prelude::*;

/// How risky an action is, as the interface shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskTone {
    /// Hollow circle.
    Low,
    /// Half circle.
    Medium,
    /// Triangle.
    High,
    /// Filled hexagon.
    Critical,
}

impl RiskTone {
    /// The word, as part of a sentence or alone.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    fn text_class(self) -> &'static str {
        match self {
            Self::Low => "text-risk-low",
            Self::Medium => "text-risk-medium",
            Self::High => "text-risk-high",
            Self::Critical => "text-risk-critical",
        }
    }

    /// The outline is stroked, the fill is solid; an empty path draws nothing.
    fn shape(self) -> (&'static str, &'static str) {
        match self {
            Self::Low => ("M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z", ""),
            Self::Medium => ("M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z", "M8 2a6 6 0 0 1 0 12z"),
            Self::High => ("M8 2.5L14.2 13.5H1.8z", "M8 2.5L14.2 13.5H1.8z"),
            Self::Critical => {
                ("M8 1.5l5.6 3.25v6.5L8 14.5l-5.6-3.25v-6.5z", "M8 1.5l5.6 3.25v6.5L8 14.5l-5.6-3.25v-6.5z")
            }
        }
    }
}

/// The class of a row's or card's left edge: 2 px plain, 2 px, 3 px dashed, 4 px double.
pub fn risk_edge(tone: RiskTone) -> &'static str {
    match tone {
        RiskTone::Low => "risk-edge-low",
        RiskTone::Medium => "risk-edge-medium",
        RiskTone::High => "risk-edge-high",
        RiskTone::Critical => "risk-edge-critical",
    }
}

/// The shape alone, for places where the word stands nearby. Hidden from assistive technology.
#[component]
pub fn RiskShape(
    /// How risky.
    level: RiskTone,
    /// Edge in pixels.
    #[prop(default = 16)]
    size: u8,
) -> impl IntoView {
    let (outline, fill) = level.shape();
    view! {
        <svg
            class=format!("self-center {}", level.text_class())
            width=size.to_string()
            height=size.to_string()
            viewBox="0 0 16 16"
            aria-hidden="true"
        >
            <path d=outline fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"></path>
            <path d=fill fill="currentColor"></path>
        </svg>
    }
}

/// Shape and word. A screen reader hears "High risk".
#[component]
pub fn RiskBadge(
    /// How risky.
    level: RiskTone,
) -> impl IntoView {
    view! {
        <span class=format!("inline-flex items-baseline gap-1.5 font-medium whitespace-nowrap {}", level.text_class())>
            <RiskShape level=level size=14 />
            <span>{level.word()}<span class="sr-only">" risk"</span></span>
        </span>
    }
}
