"""Roles: bundles of tasks, kept by the administrator."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from rights.access.roles import Role, add_role, all_roles, change_role, get_role
from web.confirmation import require_confirmed
from web.forms.role import RoleForm
from web.parts import parts
from web.views.accounts import administrator

blueprint = Blueprint("roles", __name__, url_prefix="/roles")


@blueprint.get("/")
def show() -> str:
    """List the roles and what each holds."""
    administrator()
    with parts().database.read() as rows:
        return render_template("administration/roles.html", roles=all_roles(rows))


@blueprint.get("/new")
def ask() -> str:
    """Ask for a new role."""
    administrator()
    require_confirmed()
    return _page(RoleForm(services=parts().services), None)


@blueprint.post("/new")
def add() -> AnyResponse:
    """Make the role."""
    who, house = administrator(), parts()
    require_confirmed()
    form = RoleForm(services=house.services)
    if not form.validate():
        return Response(_page(form, None), HTTPStatus.UNPROCESSABLE_ENTITY)
    with house.database.begin() as rows:
        add_role(
            rows,
            name_fi=form.name_fi.data,
            name_sv=form.name_sv.data,
            name_en=form.name_en.data,
            permits=form.permits(),
            by=who,
            clock=house.clock,
        )
    flash(gettext("The role was added."))
    return redirect(url_for("roles.show"), HTTPStatus.SEE_OTHER)


@blueprint.get("/<code>")
def edit(code: str) -> str:
    """Show one role, to be changed."""
    administrator()
    require_confirmed()
    with parts().database.read() as rows:
        role = get_role(rows, code)
    return _page(RoleForm(services=parts().services, role=role), role)


@blueprint.post("/<code>")
def change(code: str) -> AnyResponse:
    """Change what the role holds from now on."""
    who, house = administrator(), parts()
    require_confirmed()
    with house.database.begin() as rows:
        role = get_role(rows, code)
        form = RoleForm(services=house.services, role=role)
        if not form.validate():
            return Response(_page(form, role), HTTPStatus.UNPROCESSABLE_ENTITY)
        change_role(
            rows,
            code,
            name_fi=form.name_fi.data,
            name_sv=form.name_sv.data,
            name_en=form.name_en.data,
            permits=form.permits(),
            is_retired=bool(form.is_retired.data),
            by=who,
            clock=house.clock,
        )
    flash(gettext("The role was changed. What was granted with it before stays as it is."))
    return redirect(url_for("roles.show"), HTTPStatus.SEE_OTHER)


def _page(form: RoleForm, role: Role | None) -> str:
    return render_template("administration/role.html", form=form, role=role)
