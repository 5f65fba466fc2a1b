//! One suggestion or grant: how it stands, what it rests on, what it would have changed, and what can be done.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::domain::AppError;
use crate::domain::event::Topic;
use crate::domain::ids::TrustGrantId;
use crate::domain::member::Permission;
use crate::domain::text::reveal_text;
use crate::domain::trust::{TrustDetail, TrustGrant, TrustStatus};
use crate::server_fns::page::respond_with;
use crate::server_fns::trust::trust_get;
use crate::ui::components::{
    Card, DescriptionList, KeyValue, LongText, Moment, PageHeader, RevealedText, RiskBadge, Skeleton,
    StatusBadge,
};
use crate::ui::forms::{Notice, NoticeBar, ReturnedError};
use crate::ui::hooks::use_events;
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{moment, risk_tone, segments, stamp};

use super::decide::{Revoke, Suggested};
use super::evidence::{Evidence, Simulated};
use super::{PATH, end_words, in_a_row, status_words, title};

/// One, by the id in the address.
#[component]
pub fn TrustGrantPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(move || id.get(), read);
    // It is drawn anew, once, when something about it changed: what somebody opened or typed stays otherwise.
    let drawn = StoredValue::new(None::<TrustDetail>);
    let look = move || {
        let Some(asked) = id.try_get_untracked() else { return };
        spawn_local(async move {
            if let Ok(now) = read(asked).await
                && drawn.try_with_value(|drawn| drawn.as_ref() != Some(&now)) == Some(true)
            {
                drawn.set_value(Some(now));
                loaded.refetch();
            }
        });
    };
    use_events().listen(move |changes| {
        if changes.resync || changes.concern(Topic::Trust) {
            look();
        }
    });
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| match done {
        "accepted" => Some("Accepted: from now on it runs by itself."),
        "declined" => Some("Declined: people go on deciding."),
        "revoked" => Some("Revoked: people decide again."),
        _ => None,
    });
    let changed = Callback::new(move |text: &'static str| {
        notice.say(text);
        look();
    });
    view! {
        <Transition fallback=|| view! { <div class="pt-6"><Skeleton lines=8 label="Loading learned trust" /></div> }>
            {move || Suspend::new(async move {
                let answer = loaded.await;
                let heading =
                    answer.as_ref().map_or("Learned trust".to_owned(), |found| reveal_text(&title(&found.grant)));
                let body = match answer {
                    Ok(found) => {
                        let _ = drawn.try_set_value(Some(found.clone()));
                        view! { <Found found=found changed=changed /> }.into_any()
                    }
                    Err(error) => {
                        respond_with(error.status());
                        view! { <PageError title="This could not be loaded" error=error retry=retry /> }.into_any()
                    }
                };
                view! {
                    <Title text=heading.clone() />
                    <PageHeader title=heading back=PATH back_label="Learned trust" />
                    <ReturnedError />
                    <NoticeBar notice=notice />
                    <div on:submit=move |_| notice.clear()>{body}</div>
                }
            })}
        </Transition>
    }
}

async fn read(id: String) -> Result<TrustDetail, AppError> {
    match id.parse::<TrustGrantId>() {
        Ok(id) => trust_get(id).await,
        Err(_) => Err(AppError::not_found("grant")),
    }
}

#[component]
fn Found(
    /// What was found.
    found: TrustDetail,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let me = use_session();
    let TrustDetail { grant, evidence, simulation, ran, may_accept, why_not } = found;
    let simulated =
        simulation.map(|simulation| view! { <Simulated grant=grant.clone() simulation=simulation /> });
    let act = match grant.status {
        TrustStatus::Suggested => view! {
            <Suggested
                grant=grant.clone()
                may_accept=may_accept
                why_not=why_not
                administers=me.may(Permission::Administer)
                changed=changed
            />
        }
        .into_any(),
        TrustStatus::Accepted if me.may(Permission::WriteTeams) => {
            view! { <Revoke grant=grant.clone() changed=changed /> }.into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <div class="grid gap-4">
            <Standing grant=grant ran=ran /> {simulated} {act} <Evidence evidence=evidence />
        </div>
    }
}

/// How it stands.
#[component]
fn Standing(
    /// The grant.
    grant: TrustGrant,
    /// How many actions ran by it.
    ran: i64,
) -> impl IntoView {
    let (tone, word) = status_words(grant.status);
    let row = in_a_row(&grant);
    let decided = match grant.status {
        TrustStatus::Declined => "Declined",
        _ => "Granted",
    };
    let at = |label: &'static str, at| {
        view! { <KeyValue label=label><Moment datetime=stamp(at) text=moment(at) /></KeyValue> }
    };
    let by = grant.decided_by_name.clone().zip(grant.decided_at).map(|(name, at)| {
        view! {
            <KeyValue label=decided>
                "by "<RevealedText segments=segments(&name) />", "<Moment datetime=stamp(at) text=moment(at) />
            </KeyValue>
        }
    });
    let until = match grant.status {
        TrustStatus::Suggested => Some(at("Open until", grant.expires_at)),
        TrustStatus::Accepted => Some(at("Lapses", grant.expires_at)),
        _ => None,
    };
    let ended = grant.ended_reason.zip(grant.ended_at).map(|(reason, at)| {
        let by = grant
            .ended_by_name
            .as_deref()
            .map(|name| view! { " By "<RevealedText segments=segments(name) />"." });
        view! {
            <KeyValue label="Ended">
                {end_words(reason)} {by} " "<Moment datetime=stamp(at) text=moment(at) />
            </KeyValue>
        }
    });
    let note = grant.note.as_deref().map(segments).map(|note| {
        view! {
            <KeyValue label="Reason"><LongText label="Reason" segments=note /></KeyValue>
        }
    });
    let ran = (grant.decided_by.is_some() && grant.status != TrustStatus::Declined).then(|| {
        let count = match ran {
            0 => "nothing yet".to_owned(),
            1 => "1 action".to_owned(),
            1_000.. => "1,000 actions or more".to_owned(),
            many => format!("{many} actions"),
        };
        view! { <KeyValue label="Ran by it">{count}</KeyValue> }
    });
    view! {
        <Card>
            <DescriptionList>
                <KeyValue label="State"><StatusBadge tone=tone label=word /></KeyValue>
                <KeyValue label="Team">
                    <a class="link" href=format!("/settings/teams/{}", grant.team_id)>
                        <RevealedText segments=segments(&grant.team_name) />
                    </a>
                </KeyValue>
                <KeyValue label="Type of action"><code>{grant.action_type.clone()}</code></KeyValue>
                <KeyValue label="Up to"><RiskBadge level=risk_tone(grant.risk_level) /></KeyValue>
                <KeyValue label="Because of">{row}</KeyValue>
                {at("Suggested", grant.suggested_at)} {by} {until} {ended} {note} {ran}
            </DescriptionList>
        </Card>
    }
}
