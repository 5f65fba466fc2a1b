//! `/settings/tokens`: API tokens of agents and of people.

use leptos::prelude::*;

use crate::domain::agent::{Agent, AgentFilter};
use crate::domain::member::{Me, Permission};
use crate::domain::page::Page;
use crate::domain::token::{CreatedToken, Scope, Token};
use crate::server_fns::agents::agent_list;
use crate::server_fns::shown_once::ShownOnce;
use crate::server_fns::tokens::{TokenCreate, TokenRevoke, token_list};
use crate::ui::components::{
    ButtonSize, ButtonVariant, Card, Cell, CheckboxField, Choice, Column, EmptyState, FieldError, Icon,
    RelativeTime, RevealedText, Row, RowHeader, SelectField, SkeletonRows, StatusBadge, Table, TextField,
    Tone,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, Notice, SubmitButton, Then};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{moment, segments, stamp};

use super::frame::SettingsFrame;
use super::lists::{Pages, at, use_cursor};
use super::secret::{Secret, show_secret};

const PATH: &str = "/settings/tokens";

/// The tokens that the member may see.
#[component]
pub fn TokensPage() -> impl IntoView {
    let me = use_session();
    let administers = me.may(Permission::Administer);
    let cursor = use_cursor();
    let loaded = Resource::new(
        move || cursor.get(),
        |cursor| async move { (cursor.clone(), token_list(at(cursor)).await) },
    );
    let agents = Resource::new(
        move || administers,
        |administers| async move {
            let all = AgentFilter { limit: Some("200".to_owned()), ..AgentFilter::default() };
            if administers {
                agent_list(all).await.map(|page| page.items).unwrap_or_default()
            } else {
                Vec::new()
            }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| (done == "revoked").then_some("The token no longer works."));
    let shown = RwSignal::new(None);
    let created = Callback::new(move |secret: ShownOnce| {
        notice.clear();
        show_secret(shown, secret);
        loaded.refetch();
    });
    let revoked = Callback::new(move |()| {
        notice.say("The token no longer works.");
        loaded.refetch();
    });
    let subtitle = match administers {
        true => "Agents and programs call the API with them. You see every token of the workspace.",
        false => "Programs call the API for you with them. You see your own.",
    };
    view! {
        <SettingsFrame tab=PATH title="Tokens" subtitle=subtitle notice=notice>
            <Secret noun="token" advice="Keep it where your agent reads its secrets." shown=shown />
            <Transition fallback=|| ()>
                {move || {
                    let me = me.clone();
                    Suspend::new(async move {
                        let agents = agents.await;
                        view! { <AddToken me=me agents=agents created=created /> }
                    })
                }}
            </Transition>
            <Transition fallback=|| view! { <SkeletonRows label="Loading tokens" /> }>
                {move || Suspend::new(async move {
                    let (cursor, answer) = loaded.await;
                    match answer {
                        Ok(page) => view! { <TokenTable page=page cursor=cursor revoked=revoked /> }.into_any(),
                        Err(error) => {
                            view! { <PageError title="The tokens could not be loaded" error=error retry=retry /> }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </SettingsFrame>
    }
}

#[component]
fn TokenTable(
    /// One page of the tokens.
    page: Page<Token>,
    /// Where it begins.
    cursor: Option<String>,
    /// What follows a revocation.
    revoked: Callback<()>,
) -> impl IntoView {
    if page.items.is_empty() {
        let body =
            "Add one, and it is shown once. An agent's token speaks for the agent and can never decide.";
        return view! { <EmptyState icon=Icon::Settings title="No tokens yet" body=body /> }.into_any();
    }
    let next = page.next_cursor;
    let rows: Vec<_> =
        page.items.into_iter().map(|token| view! { <TokenRow token=token revoked=revoked /> }).collect();
    let columns = vec![
        Column::new("Name"),
        Column::new("Speaks for"),
        Column::new("Scopes"),
        Column::new("Last used"),
        Column::new("State"),
        Column::new("Revoke").hidden(),
    ];
    view! {
        <Card flush=true>
            <Table caption="Tokens, newest first" columns=columns>
                {rows}
            </Table>
        </Card>
        <Pages path=PATH label="Pages of tokens" cursor=cursor next=next />
    }
    .into_any()
}

#[component]
fn TokenRow(
    /// The token.
    token: Token,
    /// What follows a revocation.
    revoked: Callback<()>,
) -> impl IntoView {
    let id = token.id;
    let form = FormState::new(format!("revoke-{id}")).faults_only();
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let used = match token.last_used_at {
        Some(time) => view! { <RelativeTime datetime=stamp(time) text=moment(time) /> }.into_any(),
        None => view! { <span class="text-muted">"Never"</span> }.into_any(),
    };
    let ended = token.revoked_at.is_some();
    let state = match (ended, token.expires_at) {
        (true, _) => view! { <StatusBadge tone=Tone::Neutral label="Revoked" /> }.into_any(),
        (false, Some(time)) => {
            view! { <span>"Until " <time datetime=stamp(time)>{moment(time)}</time></span> }.into_any()
        }
        (false, None) => view! { <StatusBadge tone=Tone::Ok label="Active" /> }.into_any(),
    };
    let kind = if token.agent_id.is_some() { "agent" } else { "person" };
    let name = token.name.clone();
    let action = (!ended).then(|| {
        view! {
            <Disclose label="Revoke" subject=name.clone() variant=ButtonVariant::Danger size=ButtonSize::Small>
                <p>"What uses it is refused from now on. It cannot be brought back."</p>
                <ActionForm<TokenRevoke> form=form.clone() on_done=revoked>
                    <Hidden name="id" value=id.to_string() />
                    <SubmitButton
                        form=form.clone()
                        variant=ButtonVariant::Danger
                        label="Revoke for good".to_owned()
                        subject=name
                    />
                </ActionForm<TokenRevoke>>
            </Disclose>
        }
    });
    view! {
        <Row>
            <RowHeader>
                <RevealedText segments=segments(&token.name) />
            </RowHeader>
            <Cell label="Speaks for">
                <RevealedText segments=segments(&token.holder) />
                <span class="text-muted">{format!(" ({kind})")}</span>
            </Cell>
            <Cell label="Scopes">
                <span class="font-mono text-sm">{scopes.join(" ")}</span>
            </Cell>
            <Cell label="Last used">{used}</Cell>
            <Cell label="State">{state}</Cell>
            <Cell>{action}</Cell>
        </Row>
    }
}

#[component]
fn AddToken(
    /// Who is signed in.
    me: Me,
    /// The agents that a token may speak for.
    agents: Vec<Agent>,
    /// What follows.
    created: Callback<ShownOnce>,
) -> impl IntoView {
    let form = FormState::new("token-add")
        .faults_only()
        .field("/name", "token-name")
        .field("/agentId", "token-agent")
        .field("/scopes", "token-scopes")
        .field("/expiresInDays", "token-days");
    let open = form.typed("_form").is_some();
    let name = RwSignal::new(String::new());
    let done = Then::new(move |token: CreatedToken| {
        let name = name.try_get_untracked().unwrap_or_default();
        let _ = created.try_run(ShownOnce { noun: "token".to_owned(), name, secret: token.token });
    });
    let holders: Vec<_> = std::iter::once(Choice::new("", "Me"))
        .chain(
            agents
                .into_iter()
                .map(|agent| Choice::new(agent.id.to_string(), format!("Agent: {}", agent.name))),
        )
        .collect();
    let for_agents = holders.len() > 1;
    let scopes = scope_boxes(&me, form.typed_all("input[scopes][]"));
    let (error, fault) = (form.error_at("/scopes"), form.error_at("/scopes"));
    view! {
        <div class="mb-4">
            <Disclose label="Add a token" icon=Icon::Plus open=open>
                <ActionForm<TokenCreate> form=form.clone() class="grid gap-3" on_done=done emptied=true>
                    <TextField
                        id="token-name"
                        name="input[name]"
                        label="Name"
                        hint="What will use it."
                        value=form.typed("input[name]")
                        error=form.error_at("/name")
                        autocomplete="off"
                        required=true
                        maxlength=200
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                    {for_agents
                        .then(|| {
                            view! {
                                <SelectField
                                    id="token-agent"
                                    name="input[agentId]"
                                    label="Speaks for"
                                    options=holders
                                    selected=form.typed("input[agentId]")
                                    error=form.error_at("/agentId")
                                    hint="An agent's token cannot have the scopes marked \"people only\"."
                                />
                            }
                        })}
                    <fieldset id="token-scopes" tabindex="-1" class="field" aria-describedby=move || error.get().map(|_| "token-scopes-error")>
                        <legend class="field-label">"Scopes"</legend>
                        <div class="grid sm:grid-cols-2">{scopes}</div>
                        <FieldError id="token-scopes-error" message=fault />
                    </fieldset>
                    <TextField
                        id="token-days"
                        name="input[expiresInDays]"
                        label="Days until it lapses"
                        kind="number"
                        value=form.typed("input[expiresInDays]").unwrap_or_else(|| "365".to_owned())
                        error=form.error_at("/expiresInDays")
                        inputmode="numeric"
                        min="1"
                        max="3650"
                        required=true
                    />
                    <div>
                        <SubmitButton form=form variant=ButtonVariant::Primary label="Make the token".to_owned() />
                    </div>
                </ActionForm<TokenCreate>>
            </Disclose>
        </div>
    }
}

/// One box for each scope that gives this member, or an agent, anything. `ticked`: those that came back.
fn scope_boxes(me: &Me, ticked: Option<Vec<String>>) -> Vec<AnyView> {
    let usual = [Scope::ActionsSubmit, Scope::ApprovalsRead, Scope::OutcomesReport];
    let useful = |scope: &&Scope| {
        let mut granted = Permission::ALL.iter().filter(|permission| scope.grants(**permission)).peekable();
        granted.peek().is_some()
            && (me.may(Permission::Administer) || granted.any(|permission| me.may(*permission)))
    };
    Scope::ALL
        .iter()
        .filter(useful)
        .map(|scope| {
            let label = match scope.is_for_agents() {
                true => scope.to_string(),
                false => format!("{scope} (people only)"),
            };
            let checked = match &ticked {
                Some(ticked) => ticked.iter().any(|name| name == scope.as_str()),
                None => me.may(Permission::Administer) && usual.contains(scope),
            };
            view! {
                <CheckboxField
                    id=format!("token-scope-{}", scope.as_str().replace(':', "-"))
                    name="input[scopes][]"
                    label=label
                    value=scope.as_str()
                    checked=checked
                />
            }
            .into_any()
        })
        .collect()
}
