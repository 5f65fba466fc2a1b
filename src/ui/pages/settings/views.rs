//! Saved views: naming them anew, sharing them, and taking them away.

use leptos::prelude::*;

use crate::domain::member::{Me, Permission};
use crate::domain::saved_view::SavedView;
use crate::server_fns::saved_views::{SavedViewDelete, SavedViewPatch, place, saved_view_list};
use crate::ui::components::{
    ButtonSize, ButtonVariant, Card, Choice, EmptyState, Icon, LinkButton, RadioGroup, SkeletonRows,
    TextField,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, Notice, SubmitButton, Then};
use crate::ui::pages::{PageError, use_session};

use super::frame::SettingsFrame;

/// The views that the member may use.
#[component]
pub fn ViewsPage() -> impl IntoView {
    let me = use_session();
    let notice = Notice::new(|_| None);
    let loaded = Resource::new(|| (), |()| saved_view_list());
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <SettingsFrame
            tab="/settings/views"
            title="Saved views"
            subtitle="Lists of approvals under a name. The first four have the keys 1 to 4."
            notice=notice
        >
            <Transition fallback=|| view! { <SkeletonRows label="Loading the views" /> }>
                {move || {
                    let me = me.clone();
                    Suspend::new(async move {
                        match loaded.await {
                            Ok(page) if page.items.is_empty() => view! {
                                <Card>
                                    <EmptyState
                                        icon=Icon::Inbox
                                        title="No saved views yet"
                                        body="Filter the approvals, then press \u{201c}Save this view\u{201d}."
                                    >
                                        <LinkButton href="/approvals">"Go to the approvals"</LinkButton>
                                    </EmptyState>
                                </Card>
                            }
                                .into_any(),
                            Ok(page) => {
                                let rows: Vec<_> = page
                                    .items
                                    .into_iter()
                                    .map(|view| view! { <ViewRow view=view me=me.clone() notice=notice reload=retry /> })
                                    .collect();
                                view! { <ul aria-label="Saved views" class="card divide-y divide-line">{rows}</ul> }.into_any()
                            }
                            Err(error) => {
                                view! { <PageError title="The views could not be loaded" error=error retry=retry /> }
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
fn ViewRow(
    /// The view.
    view: SavedView,
    /// Who looks.
    me: Me,
    /// The page's notice.
    notice: Notice,
    /// Reads the views anew.
    reload: Callback<()>,
) -> impl IntoView {
    let may_change = view.mine || me.may(Permission::Administer);
    let whose = match (view.mine, view.shared) {
        (true, true) => "Yours, shared with the workspace".to_owned(),
        (true, false) => "Yours alone".to_owned(),
        (false, _) => format!("Shared by {}", view.by),
    };
    let address = place(&view.query);
    let (change, delete) = (view.clone(), view.clone());
    view! {
        <li class="flex flex-wrap items-start gap-3 p-3">
            <div class="min-w-0 flex-1 basis-60">
                <p class="font-medium"><a class="link" href=address>{view.name}</a></p>
                <p class="text-sm text-muted">{whose}</p>
                <p class="text-sm text-muted [overflow-wrap:anywhere]"><code>{view.query}</code></p>
            </div>
            {may_change
                .then(|| {
                    view! {
                        <Change view=change notice=notice reload=reload />
                        <Delete view=delete notice=notice reload=reload />
                    }
                })}
        </li>
    }
}

#[component]
fn Change(
    /// The view.
    view: SavedView,
    /// The page's notice.
    notice: Notice,
    /// Reads the views anew.
    reload: Callback<()>,
) -> impl IntoView {
    let (name, shared) = (format!("view-name-{}", view.id), format!("view-shared-{}", view.id));
    let form = FormState::new(format!("view-change-{}", view.id))
        .field("/name", name.clone())
        .field("/shared", shared.clone());
    let done = Then::new(move |view: SavedView| {
        notice.say(format!("Saved: {}", view.name));
        let _ = reload.try_run(());
    });
    let open = form.typed("_form").is_some();
    view! {
        <Disclose label="Change" subject=view.name.clone() size=ButtonSize::Small open=open>
            <ActionForm<SavedViewPatch> form=form.clone() class="grid gap-3" on_done=done>
                <Hidden name="id" value=view.id.to_string() />
                <Hidden name="version" value=view.version.to_string() />
                <TextField
                    id=name
                    name="input[name]"
                    label="Name"
                    value=form.typed("input[name]").unwrap_or(view.name)
                    error=form.error_at("/name")
                    required=true
                    maxlength=60
                />
                {view.mine
                    .then(|| {
                        view! {
                            <RadioGroup
                                id=shared
                                name="input[shared]"
                                legend="Who sees it"
                                options=vec![
                                    Choice::new("false", "Only you"),
                                    Choice::new("true", "Everybody in the workspace"),
                                ]
                                selected=form.typed("input[shared]").unwrap_or_else(|| view.shared.to_string())
                                error=form.error_at("/shared")
                            />
                        }
                    })}
                <div><SubmitButton form=form.clone() label="Save".to_owned() /></div>
            </ActionForm<SavedViewPatch>>
        </Disclose>
    }
}

#[component]
fn Delete(
    /// The view.
    view: SavedView,
    /// The page's notice.
    notice: Notice,
    /// Reads the views anew.
    reload: Callback<()>,
) -> impl IntoView {
    let form = FormState::new(format!("view-delete-{}", view.id));
    let done = Then::new(move |()| {
        notice.say("The view is deleted.");
        let _ = reload.try_run(());
    });
    view! {
        <Disclose label="Delete" subject=view.name.clone() variant=ButtonVariant::Danger size=ButtonSize::Small>
            <ActionForm<SavedViewDelete> form=form.clone() class="grid gap-3" on_done=done>
                <Hidden name="id" value=view.id.to_string() />
                <Hidden name="version" value=view.version.to_string() />
                <p>"The view goes for everybody who uses it. Approvals stay as they are."</p>
                <div>
                    <SubmitButton form=form.clone() variant=ButtonVariant::Danger label="Delete the view".to_owned() subject=view.name />
                </div>
            </ActionForm<SavedViewDelete>>
        </Disclose>
    }
}
