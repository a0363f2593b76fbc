//! The words of the pages about routes.

words! {
    /// Routes.
    RouteWords {
        add, new_title, edit_title, lead, application, country, exists, provider, next_provider, nobody, needs_provider,
        order, listed, weighted, shares, shares_hint, bad_shares, on_unknown, on_unknown_hint, keep, same_code,
        delete, delete_title, delete_about, delete_button, default_route,
    }
}

pub(super) const ENGLISH: RouteWords = RouteWords {
    add: "Add a route",
    new_title: "Add a route",
    edit_title: "Route",
    lead: "Of the routes that fit a number, the nearest holds: of the application and the country, of the application, of the \
        country, of all. A route that names a country allows codes to it.",
    application: "Application",
    country: "Country or region",
    exists: "There is a route of this application and country. Change that one",
    provider: "Provider",
    next_provider: "Used where the one before certainly sent nothing.",
    nobody: "none",
    needs_provider: "Choose a provider",
    order: "Order",
    listed: "As listed",
    weighted: "Drawn by shares",
    shares: "Shares",
    shares_hint: "For a draw: a whole number for each provider, in their order. Left empty, all have the same.",
    bad_shares: "Enter one whole number from 1 to 1000 for each provider",
    on_unknown: "Where a vendor does not answer in time",
    on_unknown_hint: "The message may have been sent. Sending it again costs twice, and some people get it twice.",
    keep: "Count the message as sent",
    same_code: "Send the same code through the next provider",
    delete: "Delete this route",
    delete_title: "Delete a route",
    delete_about: "Numbers that it is for go by the next nearest route, or get no codes.",
    delete_button: "Delete the route",
    default_route: "every application, every country or region",
};

pub(super) const CHINESE: RouteWords = RouteWords {
    add: "添加路由",
    new_title: "添加路由",
    edit_title: "路由",
    lead: "符合号码的路由中，最接近的生效，依次为：应用加国家和地区、应用、国家和地区、全部。指明国家或地区的路由即允许向其发送。",
    application: "应用",
    country: "国家和地区",
    exists: "该应用和国家或地区已有路由，请修改那一条",
    provider: "服务商",
    next_provider: "前一个确定未发出时使用。",
    nobody: "无",
    needs_provider: "请选择服务商",
    order: "顺序",
    listed: "按列出的顺序",
    weighted: "按权重抽取",
    shares: "权重",
    shares_hint: "抽取时使用：按服务商的顺序各填一个整数。留空则权重相同。",
    bad_shares: "请为每个服务商各填一个 1 到 1000 的整数",
    on_unknown: "厂商未及时应答时",
    on_unknown_hint: "短信可能已经发出。再次发送会产生双倍费用，部分用户会收到两条。",
    keep: "按已发送处理",
    same_code: "通过下一个服务商发送相同的验证码",
    delete: "删除该路由",
    delete_title: "删除路由",
    delete_about: "它所负责的号码将使用次近的路由，否则无法收到验证码。",
    delete_button: "删除路由",
    default_route: "所有应用，所有国家和地区",
};
