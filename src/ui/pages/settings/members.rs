//! `/settings/members`: the people of the workspace and their roles.

use leptos::prelude::*;

use crate::domain::member::{Me, Member, Permission, Role};
use crate::domain::page::Page;
use crate::server_fns::members::{MemberCreate, MemberPatch, member_list};
use crate::ui::components::{
    ButtonSize, ButtonVariant, Card, Cell, Choice, Column, Icon, Row, RowHeader, SelectField, SkeletonRows,
    StatusBadge, Table, TextField, Tone,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, Notice, SubmitButton, Then};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::human;

use super::frame::{ReadOnly, SettingsFrame};
use super::lists::{Pages, at, use_cursor, words};

const PATH: &str = "/settings/members";

/// The members.
#[component]
pub fn MembersPage() -> impl IntoView {
    let me = use_session();
    let administers = me.may(Permission::Administer);
    let cursor = use_cursor();
    let loaded = Resource::new(
        move || cursor.get(),
        |cursor| async move { (cursor.clone(), member_list(at(cursor)).await) },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| match done {
        "added" => Some("The member is added."),
        "saved" => Some("The change is saved."),
        _ => None,
    });
    let changed = Callback::new(move |text: String| {
        notice.say(text);
        loaded.refetch();
    });
    let adder = me.role;
    view! {
        <SettingsFrame
            tab=PATH
            title="Members"
            subtitle="Reviewers decide. Operators also run agents and teams. Admins also manage people and rules. Viewers read."
            notice=notice
        >
            {if administers {
                view! { <AddMember adder=adder changed=changed /> }.into_any()
            } else {
                view! { <ReadOnly text="Owners and admins add members and change roles." /> }.into_any()
            }}
            <Transition fallback=|| view! { <SkeletonRows label="Loading members" /> }>
                {move || {
                    let me = me.clone();
                    Suspend::new(async move {
                        let (cursor, answer) = loaded.await;
                        match answer {
                            Ok(page) => {
                                view! { <MemberTable page=page cursor=cursor me=me changed=changed /> }.into_any()
                            }
                            Err(error) => {
                                view! { <PageError title="The members could not be loaded" error=error retry=retry /> }
                                    .into_any()
                            }
                        }
                    })
                }}
            </Transition>
        </SettingsFrame>
    }
}

#[component]
fn MemberTable(
    /// One page of the members.
    page: Page<Member>,
    /// Where it begins.
    cursor: Option<String>,
    /// Who is signed in.
    me: Me,
    /// What follows a change.
    changed: Callback<String>,
) -> impl IntoView {
    let next = page.next_cursor;
    let rows: Vec<_> = page
        .items
        .into_iter()
        .map(|member| {
            let (tone, state) = match member.disabled_at {
                None => (Tone::Ok, "Active"),
                Some(_) => (Tone::Neutral, "Shut out"),
            };
            let own = member.user_id == me.user_id;
            let changeable = me.may(Permission::Administer) && !own && me.role.may_assign(member.role);
            let action = match (changeable, own) {
                (true, _) => view! { <ChangeMember member=member.clone() changer=me.role changed=changed /> }
                    .into_any(),
                (false, true) => view! { <span class="text-muted">"You"</span> }.into_any(),
                (false, false) => ().into_any(),
            };
            view! {
                <Row>
                    <RowHeader>{member.name}</RowHeader>
                    <Cell label="Email">{member.email}</Cell>
                    <Cell label="Role">{human(member.role.as_str())}</Cell>
                    <Cell label="State">
                        <StatusBadge tone=tone label=state />
                    </Cell>
                    <Cell>{action}</Cell>
                </Row>
            }
        })
        .collect();
    let columns = vec![
        Column::new("Name"),
        Column::new("Email"),
        Column::new("Role"),
        Column::new("State"),
        Column::new("Change").hidden(),
    ];
    view! {
        <Card flush=true>
            <Table caption="Members" columns=columns>
                {rows}
            </Table>
        </Card>
        <Pages path=PATH label="Pages of members" cursor=cursor next=next />
    }
}

/// The roles that a member with `role` may give.
fn roles(role: Role) -> Vec<Choice> {
    words(Role::ALL.iter().filter(|given| role.may_assign(**given)).map(|given| given.as_str()))
}

#[component]
fn ChangeMember(
    /// The member.
    member: Member,
    /// The role of who changes them.
    changer: Role,
    /// What follows.
    changed: Callback<String>,
) -> impl IntoView {
    let id = member.user_id;
    let role = FormState::new(format!("role-{id}")).faults_only().field("/role", format!("role-{id}-role"));
    let door = FormState::new(format!("door-{id}")).faults_only();
    let open = role.typed("_form").is_some();
    let done = Then::new(move |member: Member| {
        let _ = changed.try_run(match member.disabled_at {
            None => format!("{} is {}.", member.name, member.role),
            Some(_) => format!("{} is shut out.", member.name),
        });
    });
    let shut_out = member.disabled_at.is_none();
    let (label, variant) = match shut_out {
        true => ("Shut out", ButtonVariant::Danger),
        false => ("Let in again", ButtonVariant::Outline),
    };
    view! {
        <Disclose label="Change" subject=member.name.clone() size=ButtonSize::Small open=open>
            <ActionForm<MemberPatch> form=role.clone() class="grid gap-3" on_done=done.clone()>
                <Hidden name="id" value=id.to_string() />
                <SelectField
                    id=format!("role-{id}-role")
                    name="input[role]"
                    label="Role"
                    options=roles(changer)
                    selected=role.typed("input[role]").unwrap_or_else(|| member.role.to_string())
                    error=role.error_at("/role")
                />
                <div>
                    <SubmitButton form=role size=ButtonSize::Small label="Save the role".to_owned() />
                </div>
            </ActionForm<MemberPatch>>
            <ActionForm<MemberPatch> form=door.clone() class="grid gap-2 border-t border-line pt-3" on_done=done>
                <Hidden name="id" value=id.to_string() />
                <Hidden name="input[disabled]" value=shut_out.to_string() />
                {shut_out
                    .then(|| {
                        view! {
                            <p class="text-sm text-muted">"Ends their sessions here and stops their tokens. Their past decisions stay."</p>
                        }
                    })}
                <div>
                    <SubmitButton form=door size=ButtonSize::Small variant=variant label=label.to_owned() subject=member.name />
                </div>
            </ActionForm<MemberPatch>>
        </Disclose>
    }
}

#[component]
fn AddMember(
    /// The role of who adds.
    adder: Role,
    /// What follows.
    changed: Callback<String>,
) -> impl IntoView {
    let done = Then::new(move |member: Member| {
        let said = format!("{} is added as {}. Tell them their password.", member.name, member.role);
        let _ = changed.try_run(said);
    });
    let form = FormState::new("member-add")
        .faults_only()
        .field("/name", "member-name")
        .field("/email", "member-email")
        .field("/role", "member-role")
        .field("/password", "member-password");
    let open = form.typed("_form").is_some();
    view! {
        <div class="mb-4">
            <Disclose label="Add a member" icon=Icon::Plus open=open>
                <ActionForm<MemberCreate> form=form.clone() class="grid gap-3" on_done=done emptied=true>
                    <TextField
                        id="member-name"
                        name="input[name]"
                        label="Name"
                        value=form.typed("input[name]")
                        error=form.error_at("/name")
                        autocomplete="off"
                        required=true
                        maxlength=200
                    />
                    <TextField
                        id="member-email"
                        name="input[email]"
                        label="Email"
                        kind="email"
                        value=form.typed("input[email]")
                        error=form.error_at("/email")
                        autocomplete="off"
                        required=true
                    />
                    <SelectField
                        id="member-role"
                        name="input[role]"
                        label="Role"
                        options=roles(adder)
                        selected=form.typed("input[role]").unwrap_or_else(|| Role::Reviewer.to_string())
                        error=form.error_at("/role")
                    />
                    <TextField
                        id="member-password"
                        name="input[password]"
                        label="First password"
                        kind="password"
                        hint="At least 12 characters. Tell it to them over another channel; they change it under Account."
                        error=form.error_at("/password")
                        autocomplete="new-password"
                        required=true
                        minlength=12
                    />
                    <div>
                        <SubmitButton form=form variant=ButtonVariant::Primary label="Add the member".to_owned() />
                    </div>
                </ActionForm<MemberCreate>>
            </Disclose>
        </div>
    }
}
