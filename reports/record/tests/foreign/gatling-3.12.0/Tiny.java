import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.*;
import io.gatling.javaapi.core.*;
import java.time.Duration;

public class Tiny extends Simulation {
  {
    setUp(
      scenario("tiny").exec(http("get").get("/"))
        .injectOpen(constantUsersPerSec(100).during(Duration.ofSeconds(10))))
      .protocols(http.baseUrl(System.getProperty("target")).shareConnections());
  }
}
