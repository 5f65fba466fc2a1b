//! The audit filters as a GET form.

use leptos::prelude::*;

use crate::domain::audit::AuditFilter;
use crate::domain::risk::RiskLevel;
use crate::ui::components::{Button, ButtonKind, Choice, Icon, IconMark, SelectField, TextField};
use crate::ui::words::human;

use super::filter::{PATH, chips, to_local};

/// A plain form: the browser loads the page that it names.
#[component]
pub fn FilterForm(
    /// The filter in force.
    filter: AuditFilter,
) -> impl IntoView {
    let open = !chips(&filter).is_empty();
    let mut risks = vec![Choice::new("", "Any risk")];
    risks.extend(RiskLevel::ALL.iter().map(|level| Choice::new(level.as_str(), human(level.as_str()))));
    let how = vec![
        Choice::new("", "Automatic or not"),
        Choice::new("true", "Automatic"),
        Choice::new("false", "By a person"),
    ];
    // What the form does not ask for stays in force.
    let approval =
        filter.approval_id.clone().map(|id| view! { <input type="hidden" name="approvalId" value=id /> });
    let kept: Vec<_> = [
        ("department", filter.department.clone()),
        ("reviewerId", filter.reviewer_id.clone()),
        ("opened", filter.opened.clone()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(view! { <input type="hidden" name=name value=value? /> }))
    .collect();
    view! {
        <form role="search" aria-label="Audit" method="get" action=PATH class="mb-4">
            {approval} {kept}
            <details class="group" open=open>
                <summary class="inline-flex min-h-11 items-center gap-1 rounded-control text-sm text-muted hover:text-fg md:min-h-8">
                    <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                    "Filters"
                </summary>
                <div class="grid items-end gap-3 pt-1 pb-3 sm:grid-cols-2 lg:grid-cols-4">
                    <TextField
                        filter=true
                        id="audit-q"
                        name="q"
                        kind="search"
                        label="Words"
                        value=filter.q.clone()
                        placeholder="invoice northwind"
                        maxlength=200
                    />
                    <TextField
                        filter=true
                        id="audit-event"
                        name="event"
                        label="Event"
                        value=filter.event.clone()
                        placeholder="approval.approved"
                        maxlength=64
                    />
                    <TextField filter=true id="audit-type" name="actionType" label="Action type" value=filter.action_type.clone() placeholder="send_email" />
                    <SelectField filter=true id="audit-risk" name="riskLevel" label="Risk" options=risks selected=filter.risk_level.clone() />
                    <SelectField filter=true id="audit-how" name="automatic" label="How" options=how selected=filter.automatic.clone() />
                    <TextField filter=true id="audit-from" name="from" kind="datetime-local" label="From, UTC" value=to_local(filter.from.as_deref()) />
                    <TextField filter=true id="audit-to" name="to" kind="datetime-local" label="Before, UTC" value=to_local(filter.to.as_deref()) />
                    <TextField filter=true id="audit-team" name="teamId" label="Team id" value=filter.team_id.clone() mono=true />
                    <TextField filter=true id="audit-agent" name="agentId" label="Agent id" value=filter.agent_id.clone() mono=true />
                    <TextField filter=true id="audit-actor" name="actorId" label="Actor id" value=filter.actor_id.clone() mono=true />
                </div>
                <Button kind=ButtonKind::Submit>"Apply"</Button>
            </details>
        </form>
    }
}
