import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.*;
import io.gatling.javaapi.core.*;
import java.time.Duration;

public class Mixed extends Simulation {
  {
    setUp(
      scenario("mixed").group("visit").on(
          exec(http("get").get("/"))
          .exec(http("refused").get("http://127.0.0.1:9/"))
          .exec(http("unbuilt").get("/#{missing}")))
        .injectOpen(constantUsersPerSec(10).during(Duration.ofSeconds(2))))
      .protocols(http.baseUrl(System.getProperty("target")).shareConnections())
      .assertions(global().failedRequests().count().lt(1000L), details("get").responseTime().max().lt(5000));
  }
}
