//! The acts of the audit log and the doors by which they come, in words.

use countersign_core::audit::{Door, Verb};

use super::super::language::Language;

/// The door with this name on record. A name that no door has stays as it is.
pub(in super::super) fn door(language: Language, name: &str) -> &str {
    let doors = [Door::CommandLine, Door::Api, Door::Console, Door::Service];
    let door = doors.into_iter().find(|door| door.as_str() == name);
    let [english, chinese] = match door {
        None => return name,
        Some(Door::CommandLine) => ["Command line", "命令行"],
        Some(Door::Api) => ["Management API", "管理 API"],
        Some(Door::Console) => ["Console", "控制台"],
        Some(Door::Service) => ["The service itself", "服务自身"],
    };
    match language {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

/// The act with this name on record. A name that no act has stays as it is.
pub(in super::super) fn act(language: Language, name: &str) -> &str {
    match (Verb::parse(name), language) {
        (None, _) => name,
        (Some(verb), Language::English) => english(verb),
        (Some(verb), Language::Chinese) => chinese(verb),
    }
}

const fn english(verb: Verb) -> &'static str {
    match verb {
        Verb::ApplicationCreated => "Application created",
        Verb::ApplicationUpdated => "Application changed",
        Verb::ApplicationSecretRenewed => "Application secret renewed",
        Verb::ApplicationDisabled => "Application disabled",
        Verb::ApplicationEnabled => "Application enabled",
        Verb::ApplicationDeleted => "Application deleted",
        Verb::ProviderSet => "Provider saved",
        Verb::ProviderDeleted => "Provider deleted",
        Verb::ProviderTested => "Provider tested",
        Verb::ReceiptsPathRenewed => "Address for reports renewed",
        Verb::RouteSet => "Route saved",
        Verb::RouteDeleted => "Route deleted",
        Verb::TemplateSet => "Template saved",
        Verb::TemplateDeleted => "Template deleted",
        Verb::AccessKeyCreated => "Access key made",
        Verb::AccessKeyDeleted => "Access key deleted",
        Verb::LimitSet => "Limit changed",
        Verb::LimitReset => "Changes of a limit taken back",
        Verb::TestNumberSet => "Test number saved",
        Verb::TestNumberRemoved => "Test number removed",
        Verb::BlockBegun => "Block begun",
        Verb::BlockLifted => "Block lifted",
        Verb::BlockForgotten => "Block forgotten",
        Verb::SafeEntryAdded => "Put on the safe list",
        Verb::SafeEntryRemoved => "Taken off the safe list",
        Verb::SigningKeyRotated => "Signing key rotated",
        Verb::MasterKeysRotated => "Master keys rotated",
        Verb::NumberRevealed => "Whole number shown",
        Verb::NumberUnlocked => "Number unlocked",
        Verb::NumberErased => "Number erased",
        Verb::BackupMade => "Backup made",
        Verb::RestoreAccepted => "Restored database accepted",
        Verb::NumbersReread => "Numbers read again",
        Verb::PersonInvited => "Person invited",
        Verb::PersonJoined => "Person joined",
        Verb::PersonUpdated => "Person changed",
        Verb::PersonReset => "Person invited anew",
        Verb::PersonRemoved => "Person removed",
        Verb::CredentialsChanged => "Own credentials changed",
        Verb::RecoveryCodeUsed => "Recovery code used",
        Verb::SignedIn => "Signed in",
        Verb::SignInFailed => "Sign-in failed",
        Verb::SignedOut => "Signed out",
        Verb::SessionsEnded => "Sessions ended",
        Verb::EndpointCalled => "Endpoint called",
    }
}

const fn chinese(verb: Verb) -> &'static str {
    match verb {
        Verb::ApplicationCreated => "创建应用",
        Verb::ApplicationUpdated => "修改应用",
        Verb::ApplicationSecretRenewed => "更换应用密钥",
        Verb::ApplicationDisabled => "停用应用",
        Verb::ApplicationEnabled => "启用应用",
        Verb::ApplicationDeleted => "删除应用",
        Verb::ProviderSet => "保存服务商",
        Verb::ProviderDeleted => "删除服务商",
        Verb::ProviderTested => "测试服务商",
        Verb::ReceiptsPathRenewed => "更换回执接收地址",
        Verb::RouteSet => "保存路由",
        Verb::RouteDeleted => "删除路由",
        Verb::TemplateSet => "保存模板",
        Verb::TemplateDeleted => "删除模板",
        Verb::AccessKeyCreated => "创建访问密钥",
        Verb::AccessKeyDeleted => "删除访问密钥",
        Verb::LimitSet => "修改限制规则",
        Verb::LimitReset => "撤销限制规则的修改",
        Verb::TestNumberSet => "保存测试号码",
        Verb::TestNumberRemoved => "移除测试号码",
        Verb::BlockBegun => "开始拦截",
        Verb::BlockLifted => "解除拦截",
        Verb::BlockForgotten => "清除失效的拦截",
        Verb::SafeEntryAdded => "加入放行名单",
        Verb::SafeEntryRemoved => "移出放行名单",
        Verb::SigningKeyRotated => "轮换签名密钥",
        Verb::MasterKeysRotated => "轮换主密钥",
        Verb::NumberRevealed => "查看完整号码",
        Verb::NumberUnlocked => "解除号码锁定",
        Verb::NumberErased => "抹除号码",
        Verb::BackupMade => "备份",
        Verb::RestoreAccepted => "接受恢复的数据库",
        Verb::NumbersReread => "重新解析号码",
        Verb::PersonInvited => "邀请人员",
        Verb::PersonJoined => "人员加入",
        Verb::PersonUpdated => "修改人员",
        Verb::PersonReset => "重新邀请人员",
        Verb::PersonRemoved => "移除人员",
        Verb::CredentialsChanged => "修改本人登录凭据",
        Verb::RecoveryCodeUsed => "使用恢复码",
        Verb::SignedIn => "登录",
        Verb::SignInFailed => "登录失败",
        Verb::SignedOut => "退出登录",
        Verb::SessionsEnded => "结束会话",
        Verb::EndpointCalled => "调用接口",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_words_of_its_own() {
        for words in [english, chinese] {
            let mut all = Verb::ALL.map(words);
            all.sort_unstable();
            assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "{all:?}");
        }
    }

    #[test]
    fn a_name_that_is_not_known_is_shown_as_it_is() {
        assert_eq!(act(Language::Chinese, "of_tomorrow"), "of_tomorrow");
        assert_eq!(door(Language::English, "of_tomorrow"), "of_tomorrow");
        assert_eq!(door(Language::Chinese, "command_line"), "命令行");
    }
}
