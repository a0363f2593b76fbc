//! The words of every form.

words! {
    /// Every form.
    FormWords {
        save, cancel, optional, example, vendor_page, kept, remove_secret, readonly,
        changed, changed_caption, changed_field, changed_stored, changed_sent, in_use, exists, missing, not_json,
        confirm_name, other_name, number_missing,
        saved, deleted, created, reset, blocked, lifted,
    }
}

pub(super) const ENGLISH: FormWords = FormWords {
    save: "Save",
    cancel: "Cancel",
    optional: " (optional)",
    example: "Such as",
    vendor_page: "Where to find it",
    kept: "Stored; leave empty to keep it",
    remove_secret: "Remove",
    readonly: "Your role may see this and not change it.",
    changed: "Somebody has changed this since you opened the page. Nothing was saved. Look at both versions, then save again",
    changed_caption: "What is stored now, and what you sent",
    changed_field: "Field",
    changed_stored: "Stored now",
    changed_sent: "Yours",
    in_use: "A route names it. Change or delete that route first",
    exists: "There is an application with this id. Enter another id",
    missing: "Enter a value",
    not_json: "Enter a JSON object, such as the example",
    confirm_name: "Type the name to confirm",
    other_name: "This is not the name. Type it as it stands above",
    number_missing: "Enter a phone number",
    saved: "Saved.",
    deleted: "Deleted.",
    created: "Created.",
    reset: "It is as the settings have it again.",
    blocked: "Codes to this country or region are refused from now on.",
    lifted: "Codes to this country or region are sent again, where a route carries them.",
};

pub(super) const CHINESE: FormWords = FormWords {
    save: "保存",
    cancel: "取消",
    optional: "（可选）",
    example: "例如",
    vendor_page: "在哪里查看",
    kept: "已保存；留空则不变",
    remove_secret: "删除",
    readonly: "您的角色可以查看，但不能修改。",
    changed: "您打开页面后，有人修改过此内容，因此没有保存。请对照两个版本后重新保存",
    changed_caption: "当前已保存的内容与您提交的内容",
    changed_field: "字段",
    changed_stored: "当前已保存",
    changed_sent: "您提交的",
    in_use: "有路由正在使用它。请先修改或删除该路由",
    exists: "已有使用此 ID 的应用。请填写其他 ID",
    missing: "请填写此项",
    not_json: "请填写 JSON 对象，格式如示例",
    confirm_name: "输入名称以确认",
    other_name: "与名称不一致，请按上方所示输入",
    number_missing: "请填写手机号",
    saved: "已保存。",
    deleted: "已删除。",
    created: "已创建。",
    reset: "已恢复为设置文件中的值。",
    blocked: "从现在起拒绝发往该国家或地区的验证码。",
    lifted: "已恢复向该国家或地区发送验证码（需有路由）。",
};
