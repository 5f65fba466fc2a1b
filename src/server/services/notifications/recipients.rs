//! Who is told of what. Pure: from a notice, the approval that it is about and a member to yes or no.

use crate::domain::approval::ApprovalStatus;
use crate::domain::ids::UserId;
use crate::domain::member::{Permission, Role};
use crate::domain::notification::NoticeKind;
use crate::server::storage::notices::{Notice, NoticedApproval};

/// What `event` an approval's notice has once its reviewers were told and nobody decided.
pub(super) const ESCALATED: &str = "approval.escalated";

/// Whether anybody still has to hear of it: what was decided meanwhile needs nobody.
pub(super) fn still_matters(notice: &Notice, approval: Option<&NoticedApproval>) -> bool {
    !notice.kind.needs_a_decision()
        || approval.is_some_and(|approval| approval.status == ApprovalStatus::Pending)
}

/// Whether the notice is for this member. `has_reviewers`: somebody decides here who is no admin.
pub(super) fn is_for(
    notice: &Notice,
    approval: Option<&NoticedApproval>,
    user: UserId,
    role: Role,
    has_reviewers: bool,
) -> bool {
    let asked = approval.is_some_and(|a| [a.requester, a.owner, a.starter].contains(&Some(user)));
    let acted = notice.actor_id == user.0;
    let decides = role.grants(Permission::DecideApprovals) && !asked;
    let administers = role.grants(Permission::Administer);
    match notice.kind {
        NoticeKind::ApprovalNeeded | NoticeKind::ApprovalExpiring => decides,
        // First to the reviewers, then to the admins; where there are only admins, to them.
        NoticeKind::ApprovalWaiting if notice.event == ESCALATED => decides && administers,
        NoticeKind::ApprovalWaiting => decides && (!administers || !has_reviewers),
        NoticeKind::ManyWaiting => role.grants(Permission::DecideApprovals),
        NoticeKind::RequestDecided => asked && !acted,
        NoticeKind::Outcome => {
            let decided = approval.is_some_and(|approval| approval.reviewer == Some(user));
            !acted && (asked || decided || role.grants(Permission::ReportOutcomes))
        }
        NoticeKind::TeamChanged => !acted && role.grants(Permission::WriteTeams),
        NoticeKind::Trust | NoticeKind::WebhookOff => !acted && administers,
        // Here `acted` is who started it: nobody acts when it ends.
        NoticeKind::Workflow => {
            acted || (notice.event == "execution.failed" && role.grants(Permission::WriteWorkflows))
        }
        // Its members are named where it is sent.
        NoticeKind::Message => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::risk::RiskLevel;
    use uuid::Uuid;

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn notice(kind: NoticeKind, event: &str, actor: UserId) -> Notice {
        Notice {
            id: Uuid::nil(),
            kind,
            event: event.to_owned(),
            actor_id: actor.0,
            approval_id: None,
            team_id: None,
            execution_id: None,
            description: String::new(),
            created_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    const PEOPLE: [(u128, Role); 5] =
        [(1, Role::Owner), (2, Role::Admin), (3, Role::Operator), (4, Role::Reviewer), (5, Role::Viewer)];

    fn told(notice: &Notice, approval: &NoticedApproval) -> Vec<u128> {
        PEOPLE
            .into_iter()
            .filter(|(id, role)| is_for(notice, Some(approval), user(*id), *role, true))
            .map(|(id, _)| id)
            .collect()
    }

    #[test]
    fn who_hears_of_what() {
        use NoticeKind as K;
        // The operator asked, through an agent that the admin owns; the reviewer decided.
        let approval = NoticedApproval {
            status: ApprovalStatus::Pending,
            risk: RiskLevel::High,
            sentence: String::new(),
            requester: Some(user(3)),
            owner: Some(user(2)),
            starter: None,
            reviewer: Some(user(4)),
        };
        let nobody = user(9);
        for (kind, event, actor, expected) in [
            (K::ApprovalNeeded, "approval.requested", nobody, vec![1, 4]),
            (K::ApprovalWaiting, "approval.half_time", nobody, vec![4]),
            (K::ApprovalWaiting, ESCALATED, nobody, vec![1]),
            (K::ManyWaiting, "", nobody, vec![1, 2, 3, 4]),
            (K::RequestDecided, "approval.approved", user(4), vec![2, 3]),
            (K::RequestDecided, "approval.approved", user(2), vec![3]),
            (K::Outcome, "action.failed", nobody, vec![1, 2, 3, 4]),
            (K::TeamChanged, "team.frozen", user(3), vec![1, 2]),
            (K::Trust, "trust.suggested", nobody, vec![1, 2]),
            (K::Message, "", nobody, vec![]),
            (K::Workflow, "execution.completed", user(5), vec![5]),
            (K::Workflow, "execution.failed", user(5), vec![1, 2, 3, 5]),
        ] {
            assert_eq!(told(&notice(kind, event, actor), &approval), expected, "{kind} {event}");
        }
    }

    #[test]
    fn admins_are_told_first_where_nobody_else_decides() {
        let half = notice(NoticeKind::ApprovalWaiting, "approval.half_time", user(9));
        assert!(is_for(&half, None, user(1), Role::Owner, false));
        assert!(!is_for(&half, None, user(1), Role::Owner, true));
    }

    #[test]
    fn what_is_decided_needs_nobody() {
        let mut approval = NoticedApproval {
            status: ApprovalStatus::Pending,
            risk: RiskLevel::High,
            sentence: String::new(),
            requester: None,
            owner: None,
            starter: None,
            reviewer: None,
        };
        let needed = notice(NoticeKind::ApprovalNeeded, "approval.requested", user(9));
        assert!(still_matters(&needed, Some(&approval)));
        approval.status = ApprovalStatus::Rejected;
        assert!(!still_matters(&needed, Some(&approval)) && !still_matters(&needed, None));
        assert!(still_matters(&notice(NoticeKind::TeamChanged, "team.frozen", user(9)), None));
    }
}
