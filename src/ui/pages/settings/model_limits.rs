//! How far models may be used: the fields of the limits, and the limits to read. An agent has the same ones
//! as the workspace.

use leptos::prelude::*;

use crate::domain::model::ModelLimits;
use crate::ui::components::{DescriptionList, KeyValue, TextField};
use crate::ui::forms::FormState;

use super::models::grouped;

/// One limit.
struct Limit {
    /// Its name in the input.
    wire: &'static str,
    label: &'static str,
    hint: &'static str,
    most: &'static str,
    of: fn(&ModelLimits) -> Option<i64>,
}

const MOST: &str = "1000000000";
const MOST_IN_RUN: &str = "200";

const IN_DAY: [Limit; 3] = [
    Limit {
        wire: "callsPerDay",
        label: "Calls a day",
        hint: "How often a model is asked.",
        most: MOST,
        of: |limits| limits.calls_per_day,
    },
    Limit {
        wire: "tokensPerDay",
        label: "Tokens a day",
        hint: "Read and written together.",
        most: MOST,
        of: |limits| limits.tokens_per_day,
    },
    Limit {
        wire: "centsPerDay",
        label: "Cents a day",
        hint: "US cents, by the prices in the settings.",
        most: MOST,
        of: |limits| limits.cents_per_day,
    },
];

const IN_RUN: [Limit; 4] = [
    Limit {
        wire: "callsPerRun",
        label: "Calls in one execution",
        hint: "200 or fewer; 50 where this is empty.",
        most: MOST_IN_RUN,
        of: |limits| limits.calls_per_run,
    },
    Limit {
        wire: "toolCallsPerRun",
        label: "Tool calls in one execution",
        hint: "200 or fewer; 100 where this is empty.",
        most: MOST_IN_RUN,
        of: |limits| limits.tool_calls_per_run,
    },
    Limit {
        wire: "tokensPerRun",
        label: "Tokens in one execution",
        hint: "Read and written together.",
        most: MOST,
        of: |limits| limits.tokens_per_run,
    },
    Limit {
        wire: "secondsPerRun",
        label: "Seconds in one execution",
        hint: "In which a model works. What people take to decide does not count.",
        most: MOST,
        of: |limits| limits.seconds_per_run,
    },
];

fn control(id: &str, limit: &Limit) -> String {
    format!("{id}-{}", limit.wire)
}

/// The form's state with the limits among its fields. `at`: the pointer that they are below. `id`: what the
/// ids of their controls begin with.
pub fn with_limits(form: FormState, at: &str, id: &str) -> FormState {
    IN_DAY
        .iter()
        .chain(&IN_RUN)
        .fold(form, |form, limit| form.field(format!("{at}/{}", limit.wire), control(id, limit)))
}

/// A field for each limit.
#[component]
pub fn LimitFields(
    /// The form's state, made by [`with_limits`].
    form: FormState,
    /// The pointer that they are below.
    at: &'static str,
    /// The form field that they are in.
    name: &'static str,
    /// What the ids of their controls begin with.
    id: &'static str,
    /// The limits to begin with.
    limits: ModelLimits,
) -> impl IntoView {
    let fields = |group: &[Limit]| -> Vec<AnyView> {
        group.iter().map(|limit| field(&form, at, name, id, limit, &limits)).collect()
    };
    let (in_day, in_run) = (fields(&IN_DAY), fields(&IN_RUN));
    view! {
        <fieldset class="field">
            <legend class="field-label mb-2">"In a day, which is the last 24 hours"</legend>
            <div class="grid items-start gap-4 sm:grid-cols-3">{in_day}</div>
        </fieldset>
        <fieldset class="field">
            <legend class="field-label mb-2">"In one execution"</legend>
            <div class="grid items-start gap-4 sm:grid-cols-2">{in_run}</div>
        </fieldset>
    }
}

fn field(form: &FormState, at: &str, name: &str, id: &str, limit: &Limit, limits: &ModelLimits) -> AnyView {
    let name = format!("{name}[{}]", limit.wire);
    let kept = (limit.of)(limits).map(|most| most.to_string()).unwrap_or_default();
    view! {
        <TextField
            id=control(id, limit)
            name=name.clone()
            label=limit.label
            kind="number"
            value=form.typed(&name).unwrap_or(kept)
            hint=limit.hint
            error=form.error_at(format!("{at}/{}", limit.wire))
            inputmode="numeric"
            min="1"
            max=limit.most
        />
    }
    .into_any()
}

/// The limits that there are.
#[component]
pub fn LimitFacts(
    /// The limits.
    limits: ModelLimits,
) -> impl IntoView {
    let facts: Vec<_> = IN_DAY
        .iter()
        .chain(&IN_RUN)
        .filter_map(|limit| Some((limit.label, format!("At most {}", grouped((limit.of)(&limits)?)))))
        .map(|(label, most)| view! { <KeyValue label=label>{most}</KeyValue> })
        .collect();
    if facts.is_empty() {
        return view! { <p class="text-muted">"There are none."</p> }.into_any();
    }
    view! { <DescriptionList>{facts}</DescriptionList> }.into_any()
}
