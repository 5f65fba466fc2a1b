//! API tokens of agents and of people.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::{AgentId, TokenId};
use crate::domain::page::{Page, PageQuery};
use crate::domain::token::{CreatedToken, NewToken, Scope, Token};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A [`NewToken`]; a form in which no scope is ticked has none, which is a fault of that field.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenForm {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    #[serde(default)]
    pub scopes: Vec<Scope>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<i64>,
}

impl From<TokenForm> for NewToken {
    fn from(form: TokenForm) -> Self {
        let TokenForm { name, agent_id, scopes, expires_in_days } = form;
        Self { name, agent_id, scopes, expires_in_days }
    }
}

/// The tokens, newest first: the workspace's for an admin, else one's own.
#[server(name = TokenList, prefix = "/api/fn", endpoint = "tokens/list", protocol = JsonOrForm)]
pub async fn token_list(#[server(default)] query: PageQuery) -> Result<Page<Token>, AppError> {
    use super::door;
    use crate::server::services::{ctx::OwnAccount, tokens};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(tokens::token_list(&by, &state.db, &query)).await
}

/// Makes a token. The answer is the only one that shows it.
#[server(name = TokenCreate, prefix = "/api/fn", endpoint = "tokens/create", protocol = JsonOrForm)]
pub async fn token_create(input: TokenForm) -> Result<CreatedToken, AppError> {
    use super::shown_once::{ShownOnce, hand_over};
    use super::{door, reply};
    use crate::server::services::{ctx::OwnAccount, tokens};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let name = input.name.clone();
        let created = tokens::token_create(&by, &state.db, input.into()).await?;
        hand_over(&state, &ShownOnce { noun: "token".to_owned(), name, secret: created.token.clone() });
        reply::go_to("/settings/tokens");
        Ok(created)
    })
    .await
}

/// Ends a token. Twice is as good as once.
#[server(name = TokenRevoke, prefix = "/api/fn", endpoint = "tokens/revoke", protocol = JsonOrForm)]
pub async fn token_revoke(id: TokenId) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::OwnAccount, tokens};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        tokens::token_revoke(&by, &state.db, id).await?;
        reply::go_to("/settings/tokens?done=revoked");
        Ok(())
    })
    .await
}
