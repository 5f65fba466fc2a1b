//! Pages that a reviewer seldom opens. Their code is a WASM file of its own, which the browser fetches on the way
//! to the first of them, so that the queue does not wait for it.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::ChooseView;
use leptos_router::hooks::use_url;

use crate::ui::hooks::load_page;

use super::approvals::preload_detail;
use super::audit::AuditPage;
use super::dashboard::DashboardPage;
use super::executions::{ExecutionPage, ExecutionsPage};
use super::memory::{MemoriesPage, MemoryPage, NewMemoryPage};
use super::messages::{MessagesPage, NewMessagePage, ThreadPage};
use super::notifications::{LinkPage, NotificationsPage};
use super::records::{NewRecordPage, RecordPage, RecordsPage};
use super::set_up::SetUpPage;
use super::settings::{
    AccountPage, ActionTypePage, ActionTypesPage, AgentPage, AgentsPage, MembersPage, ModelsPage,
    NewActionTypePage, NotificationSettingsPage, TeamPage, TeamsPage, TokensPage, ViewsPage, WebhookPage,
    WebhooksPage, WorkspacePage,
};
use super::teams::{NewTeamPage, TeamHomePage, TeamsPage as TeamCardsPage};
use super::trust::{TrustGrantPage, TrustPage};
use super::workflows::{NewWorkflowPage, WorkflowPage, WorkflowsPage};

/// A page whose code comes late. Give it to a route as its view.
#[derive(Clone, Copy, Debug)]
pub enum LatePage {
    SetUp,
    Dashboard,
    Audit,
    Records,
    NewRecord,
    Record,
    Messages,
    NewMessage,
    Thread,
    Memories,
    NewMemory,
    Memory,
    Workflows,
    NewWorkflow,
    Workflow,
    TeamCards,
    NewTeam,
    TeamHome,
    Executions,
    Execution,
    Notifications,
    Link,
    Account,
    Views,
    NotificationSettings,
    Members,
    Tokens,
    Agents,
    Agent,
    Models,
    Teams,
    Team,
    ActionTypes,
    NewActionType,
    ActionType,
    Webhooks,
    Webhook,
    Workspace,
    Trust,
    TrustGrant,
}

/// A file with code that comes late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateFile {
    /// The pages in [`LatePage`].
    Pages,
    /// One approval; see `approvals/late_detail.rs`.
    Detail,
}

/// Where the late pages are beside `/`: these addresses and those below them.
const LATE: [&str; 12] = [
    "/setup",
    "/audit",
    "/records",
    "/messages",
    "/memory",
    "/workflows",
    "/executions",
    "/teams",
    "/notifications",
    "/n",
    "/settings",
    "/trust",
];

impl LateFile {
    /// What the page at this address cannot be drawn without. `query`: with or without its question mark.
    pub fn of(path: &str, query: &str) -> Option<Self> {
        let is_at = |late: &str| {
            path.strip_prefix(late).is_some_and(|below| below.is_empty() || below.starts_with('/'))
        };
        if path == "/" || LATE.iter().any(|late| is_at(late)) {
            return Some(Self::Pages);
        }
        let below = path.strip_prefix("/approvals")?;
        let panel = || query.trim_start_matches('?').split('&').any(|pair| pair.starts_with("open="));
        (below.len() > 1 || panel()).then_some(Self::Detail)
    }

    /// The part of its name that this file does not share with others.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pages => "late",
            Self::Detail => "detail",
        }
    }
}

impl ChooseView for LatePage {
    async fn choose(self) -> AnyView {
        let address = use_url().with_untracked(|url| match url.search() {
            "" => url.path().to_owned(),
            query => format!("{}?{query}", url.path()),
        });
        match draw(self).await {
            Ok(page) => page,
            // The server may have been replaced by a newer one since this page was loaded; then the address has
            // to be loaded from it.
            Err(_) => {
                load_page(&address);
                ().into_any()
            }
        }
    }

    /// Nothing: what a page waits for in [`choose`](Self::choose) ends when the reader goes elsewhere. What it waits
    /// for here the router (0.8) may carry on with afterwards, over the page that was asked for later.
    async fn preload(&self) {}
}

/// Fetches what the page at this address cannot be drawn without, because a page that the server rendered is taken
/// over at once. Whether it can be.
pub async fn ready_for(path: &str, query: &str) -> bool {
    match LateFile::of(path, query) {
        None => true,
        Some(LateFile::Pages) => preload_draw().await.is_ok(),
        Some(LateFile::Detail) => preload_detail().await,
    }
}

/// The only way to the late pages: what is reached from here alone goes into their file.
#[wasm_split(late, wasm_split_path = ::leptos::wasm_split, preload(preload_draw), fallible)]
fn draw(page: LatePage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        LatePage::SetUp => view! { <SetUpPage /> }.into_any(),
        LatePage::Dashboard => view! { <DashboardPage /> }.into_any(),
        LatePage::Audit => view! { <AuditPage /> }.into_any(),
        LatePage::Records => view! { <RecordsPage /> }.into_any(),
        LatePage::NewRecord => view! { <NewRecordPage /> }.into_any(),
        LatePage::Record => view! { <RecordPage /> }.into_any(),
        LatePage::Messages => view! { <MessagesPage /> }.into_any(),
        LatePage::NewMessage => view! { <NewMessagePage /> }.into_any(),
        LatePage::Thread => view! { <ThreadPage /> }.into_any(),
        LatePage::Memories => view! { <MemoriesPage /> }.into_any(),
        LatePage::NewMemory => view! { <NewMemoryPage /> }.into_any(),
        LatePage::Memory => view! { <MemoryPage /> }.into_any(),
        LatePage::Workflows => view! { <WorkflowsPage /> }.into_any(),
        LatePage::NewWorkflow => view! { <NewWorkflowPage /> }.into_any(),
        LatePage::Workflow => view! { <WorkflowPage /> }.into_any(),
        LatePage::TeamCards => view! { <TeamCardsPage /> }.into_any(),
        LatePage::NewTeam => view! { <NewTeamPage /> }.into_any(),
        LatePage::TeamHome => view! { <TeamHomePage /> }.into_any(),
        LatePage::Executions => view! { <ExecutionsPage /> }.into_any(),
        LatePage::Execution => view! { <ExecutionPage /> }.into_any(),
        LatePage::Notifications => view! { <NotificationsPage /> }.into_any(),
        LatePage::Link => view! { <LinkPage /> }.into_any(),
        LatePage::NotificationSettings => view! { <NotificationSettingsPage /> }.into_any(),
        LatePage::Account => view! { <AccountPage /> }.into_any(),
        LatePage::Views => view! { <ViewsPage /> }.into_any(),
        LatePage::Members => view! { <MembersPage /> }.into_any(),
        LatePage::Tokens => view! { <TokensPage /> }.into_any(),
        LatePage::Agents => view! { <AgentsPage /> }.into_any(),
        LatePage::Agent => view! { <AgentPage /> }.into_any(),
        LatePage::Models => view! { <ModelsPage /> }.into_any(),
        LatePage::Teams => view! { <TeamsPage /> }.into_any(),
        LatePage::Team => view! { <TeamPage /> }.into_any(),
        LatePage::ActionTypes => view! { <ActionTypesPage /> }.into_any(),
        LatePage::NewActionType => view! { <NewActionTypePage /> }.into_any(),
        LatePage::ActionType => view! { <ActionTypePage /> }.into_any(),
        LatePage::Webhooks => view! { <WebhooksPage /> }.into_any(),
        LatePage::Webhook => view! { <WebhookPage /> }.into_any(),
        LatePage::Workspace => view! { <WorkspacePage /> }.into_any(),
        LatePage::Trust => view! { <TrustPage /> }.into_any(),
        LatePage::TrustGrant => view! { <TrustGrantPage /> }.into_any(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_late_with_all_below_it() {
        for late in [
            "/",
            "/settings",
            "/settings/teams/7",
            "/records/new",
            "/memory",
            "/audit",
            "/setup",
            "/notifications",
            "/n/x",
        ] {
            assert_eq!(LateFile::of(late, ""), Some(LateFile::Pages), "{late}");
        }
        for early in ["/approvals", "/approvals/", "/sign-in", "/settingsother"] {
            assert_eq!(LateFile::of(early, "?q=open"), None, "{early}");
        }
        assert_eq!(LateFile::of("/approvals/7", ""), Some(LateFile::Detail));
        assert_eq!(LateFile::of("/approvals", "?q=a&open=7"), Some(LateFile::Detail));
    }
}
