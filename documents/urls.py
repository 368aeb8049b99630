from django.urls import path

from documents.views import editor, files, guardian, pupil, staff, templates

app_name = "documents"
urlpatterns = [
    path("elever/<uuid:uuid>/dokumenter/", staff.tab, name="tab"),
    path("elever/<uuid:uuid>/dokumenter/nytt/", staff.new, name="new"),
    path("dokumenter/<uuid:uuid>/", staff.page, name="page"),
    path("dokumenter/<uuid:uuid>/status/", staff.status, name="status"),
    path("dokumenter/<uuid:uuid>/rett/", staff.correct, name="correct"),
    path("dokumenter/<uuid:uuid>/sensitivt/", staff.mark_sensitive, name="mark_sensitive"),
    path("dokumenter/<uuid:uuid>/rediger/", editor.edit, name="edit"),
    path("dokumenter/<uuid:uuid>/slett/", editor.delete, name="delete"),
    path("dokumenter/<uuid:uuid>/vedlegg/", editor.attach, name="attach"),
    path("dokumenter/<uuid:uuid>/vedlegg/<uuid:attachment>/", files.attached_file, name="attachment"),
    path("dokumenter/<uuid:uuid>/vedlegg/<uuid:attachment>/fjern/", editor.detach, name="detach"),
    path("dokumenter/<uuid:uuid>/dokument.pdf", files.pdf, name="pdf"),
    path("dokumenter/<uuid:uuid>/forhandsvisning.pdf", files.preview_pdf, name="preview_pdf"),
    path("foresatt/dokumenter/<uuid:uuid>/", guardian.page, name="guardian_page"),
    path("foresatt/dokumenter/<uuid:uuid>/dokument.pdf", guardian.pdf, name="guardian_pdf"),
    path(
        "foresatt/dokumenter/<uuid:uuid>/vedlegg/<uuid:attachment>/",
        guardian.attached_file,
        name="guardian_attachment",
    ),
    path("elev/dokumenter/", pupil.own_list, name="pupil_list"),
    path("elev/dokumenter/<uuid:uuid>/", pupil.page, name="pupil_page"),
    path("elev/dokumenter/<uuid:uuid>/dokument.pdf", pupil.pdf, name="pupil_pdf"),
    path("elev/dokumenter/<uuid:uuid>/vedlegg/<uuid:attachment>/", pupil.attached_file, name="pupil_attachment"),
    path("maler/", templates.template_list, name="templates"),
    path("maler/<slug:slug>/<str:language>/", templates.edit_template, name="edit_template"),
    path("maler/<slug:slug>/<str:language>/forhandsvis/", templates.preview_template, name="preview_template"),
    path("maler/<slug:slug>/<str:language>/<int:number>/", templates.template_version, name="template_version"),
]
