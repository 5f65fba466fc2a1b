//! The fields of a memory's form.

use leptos::prelude::*;

use crate::domain::memory::{CONTENT_MAX, Memory, MemoryCategory, MemoryTier};
use crate::domain::text::reveal_text;
use crate::ui::components::{Choice, SelectField, TextField, TextareaField};
use crate::ui::forms::{Clearable, FormState};
use crate::ui::words::human;

use super::words::tier_hint;

/// The state of a form for a memory: which control each fault belongs to.
pub fn memory_form_state(id: &'static str) -> FormState {
    FormState::new(id)
        .faults_only()
        .field("/content", "memory-content")
        .field("/tier", "memory-tier")
        .field("/category", "memory-category")
        .field("/importance", "memory-importance")
        .field("/tags", "memory-tags")
        .field("/expiresInSeconds", "memory-expiry")
        .field("/teamId", "memory-team")
        .field("/agentId", "memory-agent")
}

/// What is remembered, and how long.
#[component]
pub fn MemoryFields(
    /// The form's state.
    form: FormState,
    /// The memory to begin with; none for a new one.
    #[prop(optional_no_strip)]
    memory: Option<Memory>,
) -> impl IntoView {
    let typed = |name: &str, shown: Option<String>| form.typed(name).or(shown).unwrap_or_default();
    let of = |value: fn(&Memory) -> String| memory.as_ref().map(value);
    let content = typed("input[content]", of(|memory| memory.content.clone()));
    let revealed = reveal_text(&content);
    let hidden = (revealed != content).then(|| format!("Holds hidden characters: {revealed}"));
    let tier = typed("input[tier]", of(|memory| memory.tier.to_string()).or(Some("medium_term".to_owned())));
    let category =
        typed("input[category]", of(|memory| memory.category.to_string()).or(Some("knowledge".to_owned())));
    let importance =
        typed("input[importance]", of(|memory| memory.importance.to_string()).or(Some("50".to_owned())));
    let tags = typed("input[tags]", of(|memory| memory.tags.join(", ")));
    let tiers = MemoryTier::ALL.iter().map(|tier| Choice::new(tier.as_str(), tier_hint(*tier))).collect();
    let categories =
        MemoryCategory::ALL.iter().map(|one| Choice::new(one.as_str(), human(one.as_str()))).collect();
    let usual =
        if memory.is_some() { "As it is, or as usual for another tier" } else { "As usual for its tier" };
    view! {
        <div class="grid gap-4 sm:grid-cols-2">
            <div class="sm:col-span-2">
                <TextareaField
                    id="memory-content"
                    name="input[content]"
                    label="What to remember"
                    value=content
                    hint=hidden
                    error=form.error_at("/content")
                    required=true
                    rows=5
                    maxlength=u32::try_from(CONTENT_MAX).unwrap_or(u32::MAX)
                />
            </div>
            <SelectField
                id="memory-tier"
                name="input[tier]"
                label="Tier"
                options=tiers
                selected=tier
                error=form.error_at("/tier")
            />
            <SelectField
                id="memory-category"
                name="input[category]"
                label="Category"
                options=categories
                selected=category
                error=form.error_at("/category")
            />
            <TextField
                id="memory-importance"
                name="input[importance]"
                label="Importance"
                kind="number"
                min="0"
                max="100"
                step="1"
                inputmode="numeric"
                value=importance
                hint="0 to 100. With how often it is read, it decides whether it is kept longer."
                error=form.error_at("/importance")
                required=true
            />
            <SelectField
                id="memory-expiry"
                name="input[expiresInSeconds]"
                label="Kept for"
                options=spans(usual)
                selected=form.typed("input[expiresInSeconds]")
                hint="At most 2 days in the short term and 90 days in the medium term."
                error=form.error_at("/expiresInSeconds")
                required=false
            />
            <div class="sm:col-span-2">
                <Clearable name="input[tags]" />
                <TextField
                    id="memory-tags"
                    name="input[tags]"
                    label="Tags"
                    value=tags
                    hint="Separate with commas."
                    error=form.error_at("/tags")
                    maxlength=900
                    autocomplete="off"
                />
            </div>
        </div>
    }
}

fn spans(usual: &str) -> Vec<Choice> {
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;
    let spans = [
        (HOUR, "1 hour"),
        (12 * HOUR, "12 hours"),
        (2 * DAY, "2 days"),
        (14 * DAY, "14 days"),
        (90 * DAY, "90 days"),
        (365 * DAY, "A year"),
    ];
    let first = std::iter::once(Choice::new("", usual));
    first.chain(spans.into_iter().map(|(seconds, words)| Choice::new(seconds.to_string(), words))).collect()
}
