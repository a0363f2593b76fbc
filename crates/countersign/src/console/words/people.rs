//! The words of signing in and of the person's own page.

use std::time::Duration;

use countersign_core::staff::password::{FEWEST, InvalidPassword, MOST};
use countersign_core::staff::person::PersonName;

use super::sentences::length;
use crate::console::language::Language;
use crate::manage::Rule;

words! {
    /// Signing in with name and password, and what a person proves itself with.
    StaffWords {
        sign_in_lead, name, password, wrong,
        code_title, code_lead, code, code_wrong, go_on,
        welcome_title, welcome_lead, name_hint, password_hint, scan, scan_optional, secret, code_hint, join,
        codes_title, codes_lead, codes_gone, to_overview,
        password_title, current_password, current_wrong, new_password, change_password,
        codes_renew_title, codes_renew_about, codes_renew,
        sessions_title, sessions_caption, begun, seen, address, browser, this_one, end_others, ended,
        saved_for_good,
        role, state, change, people_caption, nobody, invited_until, no_factor, set_role, reset, remove, invite_title,
        invite_name_hint, applications, applications_hint, all_applications, invite, role_missing, last_owner, needs_factor, link_title, link_lead, confirm_title, confirm_lead,
        confirm_wrong,
    }
}

pub(super) const ENGLISH: StaffWords = StaffWords {
    sign_in_lead: "Use the name and the password that you chose when you were invited.",
    name: "Name",
    password: "Password",
    wrong: "Name or password is wrong",
    code_title: "Second factor",
    code_lead: "Enter the code that your authenticator app shows, or one of your recovery codes.",
    code: "Code",
    code_wrong: "This code is wrong, or was used before",
    go_on: "Continue",
    welcome_title: "Welcome to Countersign",
    welcome_lead: "You are invited to this console. This page is good once. Your role:",
    name_hint: "By this name you sign in, and the audit log names you. 1 to 64 characters.",
    password_hint: "12 to 256 characters, any you like. Pasting from a password manager works.",
    scan: "Scan this with an authenticator app: from now on you sign in with a code that it shows, too.",
    scan_optional: "If you like, scan this with an authenticator app: then you sign in with a code that it shows, too. \
        To go without, leave the code empty.",
    secret: "Or type this secret into the app:",
    code_hint: "Six digits that the app shows now.",
    join: "Join",
    codes_title: "Recovery codes",
    codes_lead: "Keep these on paper. Each lets you in once, in the place of a code of your app. They are shown this once.",
    codes_gone: "Recovery codes are shown once. If yours are lost, make new ones under My settings.",
    to_overview: "I have kept them: go to the overview",
    password_title: "Password",
    current_password: "Current password",
    current_wrong: "The current password is wrong",
    new_password: "New password",
    change_password: "Change my password",
    codes_renew_title: "Recovery codes",
    codes_renew_about: "New codes end the old ones, and every other session of yours.",
    codes_renew: "Make new recovery codes",
    sessions_title: "Sessions",
    sessions_caption: "Where you are signed in, the last used first",
    begun: "Since",
    seen: "Last page",
    address: "Address",
    browser: "Browser",
    this_one: "this one",
    end_others: "Sign out everywhere else",
    ended: "Every other session has ended.",
    saved_for_good: "Saved.",
    role: "Role",
    state: "State",
    change: "Change",
    people_caption: "Who works with this console",
    nobody: "Nobody yet.",
    invited_until: "Invited until",
    no_factor: "Without a second factor",
    set_role: "Set the role",
    reset: "Make a new link",
    remove: "Remove",
    invite_title: "Invite somebody",
    invite_name_hint: "By this name the person signs in. Without one, the person chooses it.",
    applications: "Applications",
    applications_hint: "Ids with a space between them. Empty: all, and the deployment with them.",
    all_applications: "all",
    invite: "Make the link",
    role_missing: "Choose a role",
    last_owner: "The last owner who can sign in stays an owner",
    needs_factor: "This role needs a second factor: make a new link, so that the person sets one up",
    link_title: "A new link",
    link_lead: "Give it to the person in a way that nobody else reads. It is shown this once, is good once, and ends at",
    confirm_title: "Confirm that it is you",
    confirm_lead: "What you are about to do needs a fresh proof. It counts for five minutes.",
    confirm_wrong: "This is wrong, or was used before",
};

pub(super) const CHINESE: StaffWords = StaffWords {
    sign_in_lead: "请使用您接受邀请时设置的姓名和密码。",
    name: "姓名",
    password: "密码",
    wrong: "姓名或密码错误",
    code_title: "第二验证因素",
    code_lead: "请输入身份验证器应用显示的验证码，或一个恢复码。",
    code: "验证码",
    code_wrong: "验证码错误，或已经使用过",
    go_on: "继续",
    welcome_title: "欢迎使用",
    welcome_lead: "您受邀使用此控制台，本页面只能使用一次。您的角色：",
    name_hint: "登录时使用此姓名，审计日志也以此称呼您。1 至 64 个字符。",
    password_hint: "12 至 256 个字符，内容不限，可以从密码管理器粘贴。",
    scan: "请用身份验证器应用扫描：以后登录时还需要输入它显示的验证码。",
    scan_optional: "您可以用身份验证器应用扫描：以后登录时还需要输入它显示的验证码。如不需要，请将验证码留空。",
    secret: "也可以在应用中手动输入此密钥：",
    code_hint: "应用当前显示的六位数字。",
    join: "加入",
    codes_title: "恢复码",
    codes_lead: "请抄在纸上保存。每个恢复码可以代替应用的验证码登录一次，仅在此显示一次。",
    codes_gone: "恢复码只显示一次。如已丢失，请在“我的设置”中重新生成。",
    to_overview: "我已保存，前往概览",
    password_title: "密码",
    current_password: "当前密码",
    current_wrong: "当前密码错误",
    new_password: "新密码",
    change_password: "修改密码",
    codes_renew_title: "恢复码",
    codes_renew_about: "重新生成后，旧恢复码作废，您的其他会话也会结束。",
    codes_renew: "重新生成恢复码",
    sessions_title: "会话",
    sessions_caption: "您已登录的位置，最近使用的在前",
    begun: "开始时间",
    seen: "最近访问",
    address: "地址",
    browser: "浏览器",
    this_one: "当前会话",
    end_others: "退出所有其他会话",
    ended: "其他会话均已结束。",
    saved_for_good: "已保存。",
    role: "角色",
    state: "状态",
    change: "修改",
    people_caption: "使用此控制台的人员",
    nobody: "尚无人员。",
    invited_until: "邀请有效期至",
    no_factor: "未设置第二验证因素",
    set_role: "更改角色",
    reset: "生成新链接",
    remove: "移除",
    invite_title: "邀请人员",
    invite_name_hint: "此人以此姓名登录。留空则由本人填写。",
    applications: "应用",
    applications_hint: "应用 ID，以空格分隔。留空表示全部应用和整个部署。",
    all_applications: "全部",
    invite: "生成链接",
    role_missing: "请选择角色",
    last_owner: "最后一位可登录的所有者必须保留",
    needs_factor: "此角色需要第二验证因素：请生成新链接，由本人设置",
    link_title: "新链接",
    link_lead: "请通过他人看不到的方式交给本人。链接仅在此显示一次，只能使用一次，有效期至",
    confirm_title: "请确认是您本人",
    confirm_lead: "此操作需要重新验证身份，验证后五分钟内有效。",
    confirm_wrong: "输入有误，或已经使用过",
};

/// The answer to a try too many.
pub(in super::super) fn too_many_tries(language: Language, wait: Duration) -> String {
    let wait = length(language, wait);
    match language {
        Language::English => format!("There were too many tries. The next is possible in {wait}"),
        Language::Chinese => format!("尝试次数过多，{wait}后可以继续"),
    }
}

/// The number of recovery codes that are left.
pub(in super::super) fn codes_left(language: Language, left: usize) -> String {
    match language {
        Language::English if left == 1 => "1 recovery code is left.".to_owned(),
        Language::English => format!("{left} recovery codes are left."),
        Language::Chinese => format!("还剩 {left} 个恢复码。"),
    }
}

/// What is wrong with a field about a person.
pub(in super::super) fn broken_rule(language: Language, rule: &Rule) -> String {
    let most = PersonName::MOST;
    match (language, rule) {
        (Language::English, Rule::PersonName) => format!("Enter a name of 1 to {most} characters"),
        (Language::Chinese, Rule::PersonName) => format!("请输入 1 至 {most} 个字符的姓名"),
        (Language::English, Rule::PersonNameTaken) => "Somebody has this name already".to_owned(),
        (Language::Chinese, Rule::PersonNameTaken) => "此姓名已被使用".to_owned(),
        (Language::English, Rule::Password(why)) => match why {
            InvalidPassword::TooShort => {
                format!("Enter a password of at least {FEWEST} characters")
            }
            InvalidPassword::TooLong => format!("Enter a password of at most {MOST} characters"),
            InvalidPassword::Common => {
                "This password is one of those that are guessed first".to_owned()
            }
        },
        (Language::Chinese, Rule::Password(why)) => match why {
            InvalidPassword::TooShort => format!("密码至少需要 {FEWEST} 个字符"),
            InvalidPassword::TooLong => format!("密码最多 {MOST} 个字符"),
            InvalidPassword::Common => "此密码过于常见，容易被猜中".to_owned(),
        },
        (Language::English, Rule::Code) => "Enter the code that the app shows now".to_owned(),
        (Language::Chinese, Rule::Code) => "请输入应用当前显示的验证码".to_owned(),
        (Language::English, Rule::ApplicationsOfPerson) => {
            "Enter ids of applications that there are. An owner works with all: leave the field empty"
                .to_owned()
        }
        (Language::Chinese, Rule::ApplicationsOfPerson) => {
            "请填写存在的应用 ID；所有者管理全部应用，请留空".to_owned()
        }
        (_, rule) => rule.to_string(),
    }
}
