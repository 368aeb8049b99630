# One image for web, workers and beat; docker-compose.yml says which command each runs.
FROM python:3.13-slim-bookworm AS system
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1 \
    && rm -rf /var/lib/apt/lists/*

FROM node:22-bookworm-slim AS front-end
WORKDIR /srv/schoolapp
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM system AS build
RUN apt-get update && apt-get install -y --no-install-recommends gettext
RUN python -m venv /srv/venv
ENV PATH=/srv/venv/bin:$PATH
COPY requirements.txt /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt
WORKDIR /srv/schoolapp
COPY . .
COPY --from=front-end /srv/schoolapp/node_modules node_modules
# The values below only let the settings load; nothing of them stays in the image.
RUN ENVIRONMENT=production SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(48))')" \
    DATABASE_URL=postgres://unused BASE_URL=https://unused ALLOWED_HOSTS=unused IDPORTEN_CLIENT_ID=unused \
    DATA_DIR=/srv/data \
    sh -c 'python manage.py compilemessages && python manage.py collectstatic --no-input'

FROM system
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 DATA_DIR=/srv/data MEDIA_ROOT=/srv/files
RUN useradd --system --uid 10001 --create-home schoolapp && install -d -o schoolapp -m 0700 /srv/files
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/schoolapp /srv/schoolapp
COPY --from=build /srv/data /srv/data
WORKDIR /srv/schoolapp
USER schoolapp
VOLUME /srv/files
EXPOSE 8000
CMD ["gunicorn", "schoolapp.wsgi", "--no-control-socket", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--max-requests", "5000", "--max-requests-jitter", "500", "--forwarded-allow-ips", "*"]
