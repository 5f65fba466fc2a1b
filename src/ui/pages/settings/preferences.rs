//! How the pages are for one person: how close things stand, the side they begin at, the zone of times.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

use crate::domain::member::{Density, Direction, Me, Preferences};
use crate::server_fns::account::{AccountSetPreferences, time_zones};
use crate::ui::components::{Card, Choice, RadioGroup, SelectField};
use crate::ui::forms::{ActionForm, Clearable, FormState, SubmitButton, Then};
use crate::ui::hooks::load_page;
use crate::ui::pages::PageError;

/// The cards of the account's page.
#[component]
pub fn PreferenceCards(
    /// What is chosen.
    preferences: Preferences,
) -> impl IntoView {
    view! {
        <DensityCard chosen=preferences.density />
        <TimeZoneCard chosen=preferences.time_zone />
        <DirectionCard chosen=preferences.direction />
    }
}

/// The document around the page changes too, so it comes anew.
fn reload() -> Then<Me> {
    Then::new(|_| load_page("/settings?done=preferences"))
}

#[component]
fn DensityCard(
    /// What is chosen.
    chosen: Density,
) -> impl IntoView {
    let form = FormState::new("density-form").faults_only().field("/density", "density");
    let options = vec![
        Choice::new(Density::Comfortable.as_str(), "Comfortable"),
        Choice::new(Density::Compact.as_str(), "Compact")
            .hint("More rows on a screen. A touch screen keeps its sizes."),
    ];
    view! {
        <Card title="Density">
            <ActionForm<AccountSetPreferences> form=form.clone() class="grid gap-3" on_done=reload()>
                <RadioGroup
                    id="density"
                    name="input[density]"
                    legend="How close rows and buttons stand"
                    options=options
                    selected=chosen.as_str()
                    error=form.error_at("/density")
                />
                <div>
                    <SubmitButton form=form label="Save the density".to_owned() />
                </div>
            </ActionForm<AccountSetPreferences>>
        </Card>
    }
}

#[component]
fn DirectionCard(
    /// What is chosen.
    chosen: Direction,
) -> impl IntoView {
    let form = FormState::new("direction-form").faults_only().field("/direction", "direction");
    let options = vec![
        Choice::new(Direction::LeftToRight.as_str(), "Left to right"),
        Choice::new(Direction::RightToLeft.as_str(), "Right to left").hint("The words stay English."),
    ];
    view! {
        <Card title="Direction">
            <ActionForm<AccountSetPreferences> form=form.clone() class="grid gap-3" on_done=reload()>
                <RadioGroup
                    id="direction"
                    name="input[direction]"
                    legend="The side that pages begin at"
                    options=options
                    selected=chosen.as_str()
                    error=form.error_at("/direction")
                />
                <div>
                    <SubmitButton form=form label="Save the direction".to_owned() />
                </div>
            </ActionForm<AccountSetPreferences>>
        </Card>
    }
}

#[component]
fn TimeZoneCard(
    /// The chosen one's name; none is the browser's.
    chosen: Option<String>,
) -> impl IntoView {
    let names = Resource::new(|| (), |()| time_zones());
    // Not inside a <Transition>: the server has the names at once, so there is nothing to show meanwhile.
    let form = Suspend::new(async move {
        let view = match names.await {
            Ok(names) => view! { <TimeZoneForm chosen=chosen names=names /> }.into_any(),
            Err(error) => {
                view! { <PageError title="The time zones could not be loaded" error=error /> }.into_any()
            }
        };
        OwnedView::new(view)
    });
    view! { <Card title="Time zone">{form}</Card> }
}

#[component]
fn TimeZoneForm(
    /// The chosen one's name; none is the browser's.
    chosen: Option<String>,
    /// What there is to choose.
    names: Vec<String>,
) -> impl IntoView {
    let form = FormState::new("time-zone-form").faults_only().field("/timeZone", "time-zone");
    // A program may have chosen one that is not offered.
    let other = chosen.clone().filter(|chosen| !names.contains(chosen));
    let options = std::iter::once(Choice::new("", "The browser's"))
        .chain(other.into_iter().chain(names).map(|name| Choice::new(name.clone(), name)))
        .collect();
    view! {
        <ActionForm<AccountSetPreferences> form=form.clone() class="grid max-w-xs gap-3" on_done=reload()>
            <Clearable name="input[timeZone]" />
            <SelectField
                id="time-zone"
                name="input[timeZone]"
                label="The zone in which times are shown"
                options=options
                selected=chosen.unwrap_or_default()
                error=form.error_at("/timeZone")
            />
            <div>
                <SubmitButton form=form label="Save the time zone".to_owned() />
            </div>
        </ActionForm<AccountSetPreferences>>
    }
}
